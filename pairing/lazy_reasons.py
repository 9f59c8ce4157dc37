"""Reasons of many groups, worked out when somebody asks for them."""

from collections.abc import Callable, Iterator, Mapping, Sequence

Ids = tuple[str, ...]


class LazyReasons(Mapping[str, tuple[str, ...]]):
    """ "a|b" -> the sentences about that group."""

    def __init__(self, groups: Sequence[Ids], told: Callable[[Ids], tuple[str, ...]]) -> None:
        self._groups = {"|".join(group): group for group in groups}
        self._told = told

    def __getitem__(self, key: str) -> tuple[str, ...]:
        return self._told(self._groups[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._groups)

    def __len__(self) -> int:
        return len(self._groups)

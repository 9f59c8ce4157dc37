"""Who has met whom, and when: the memory that keeps partners fresh. Decides nothing about who meets next."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

Past = tuple[int, frozenset[str]]  # the number of a round, and one group of it


def pairs_of(group: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The pairs inside a group, each in order of id."""
    yield from combinations(sorted(group), 2)


class Meetings:
    """The groups of past rounds, and of the planned ones as a plan grows."""

    def __init__(self, history: Iterable[Past] = ()) -> None:
        self._last: dict[tuple[str, str], int] = {}
        self._sizes: dict[int, Counter[str]] = {2: Counter(), 3: Counter()}
        for number, group in sorted(history, key=lambda past: (past[0], sorted(past[1]))):
            self.record(number, sorted(group))

    def copy(self) -> "Meetings":
        """A memory of its own with the same meetings."""
        twin = Meetings()
        twin._last = dict(self._last)
        twin._sizes = {size: Counter(counts) for size, counts in self._sizes.items()}
        return twin

    def record(self, number: int, group: Sequence[str]) -> None:
        """Remember that a group met in the round of that number."""
        for pair in pairs_of(group):
            self._last[pair] = max(number, self._last.get(pair, number))
        self._sizes.setdefault(len(group), Counter()).update(group)

    def last(self, one: str, other: str) -> int | None:
        """The latest round in which two people met, or None."""
        return self._last.get((min(one, other), max(one, other)))

    def pairs(self) -> Iterator[tuple[str, str, int]]:
        """Every pair that has met, with its latest round."""
        return ((one, other, number) for (one, other), number in self._last.items())

    def turns(self, id_: str, size: int) -> int:
        """How often somebody has been in a group of that size: the odd place is to go round."""
        return self._sizes[size][id_]

    def repeats(self, groups: Iterable[Sequence[str]]) -> int:
        """How many pairs inside these groups have met before."""
        return sum(self.last(one, other) is not None for group in groups for one, other in pairs_of(group))

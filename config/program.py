"""Loads a program file over the built-in one and says, line by line, what is wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError

from config.parts import Part
from config.program_file import ProgramFile
from config.yamlfile import Document, YamlFault, read_yaml

BUILT_IN = Path(__file__).with_name("default_program.yaml")


class ProgramFault(ValueError):
    """A program file that cannot be used: one line a fault, each with file, line, key, value and mend."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedProgram:
    """A program file whose values are each of the right shape, and where they came from."""

    file: ProgramFile
    own: Document | None  # None: the built-in program alone
    built_in: Document

    @property
    def folder(self) -> Path:
        """What paths inside the file are relative to."""
        return Path(self.own.name).parent if self.own else Path()

    def where(self, *path: str | int) -> str:
        """`file:line` of a value, to begin a fault with."""
        return _where(path, self.own, self.built_in)


def load_program_file(path: Path | None) -> LoadedProgram:
    """The program of `path` laid over the built-in one; None: the built-in one. Raises ProgramFault."""
    try:
        built_in = read_yaml(BUILT_IN)
        own = read_yaml(path) if path is not None else None
    except YamlFault as fault:
        raise ProgramFault([str(fault)]) from fault
    data = built_in.data if own is None else _laid_over(built_in.data, own.data)
    try:
        file = ProgramFile.model_validate(data)
    except ValidationError as fault:
        raise ProgramFault(_lines(fault, own, built_in)) from fault
    loaded = LoadedProgram(file=file, own=own, built_in=built_in)
    if faults := [f"{loaded.where(*way)}: {_key(way)}: {why}" for way, why in file.inconsistencies()]:
        raise ProgramFault(faults)
    return loaded


def _laid_over(below: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    """Mappings merge entry by entry, anything else replaces; an entry left empty keeps what is below."""
    merged = dict(below)
    for key, value in above.items():
        under = below.get(key)
        if isinstance(under, Mapping) and (value is None or isinstance(value, Mapping)):
            merged[key] = _laid_over(under, value or {})
        else:
            merged[key] = value
    prompts = above.get("prompts")
    if isinstance(prompts, Mapping):
        merged["prompts"] = _prompts(below.get("prompts"), prompts)
    return merged


def _prompts(below: object, above: Mapping[str, object]) -> dict[str, object]:
    """A program's own prompts come first, the built-in ones follow: a few of one's own do not repeat."""
    under = below if isinstance(below, Mapping) else {}
    merged = dict(under)
    for kind, prompts in above.items():
        rest = under.get(kind, [])
        merged[kind] = [*prompts, *rest] if isinstance(prompts, list) and isinstance(rest, list) else prompts
    return merged


def _where(path: Iterable[str | int], own: Document | None, built_in: Document) -> str:
    way = tuple(path)
    for document in (own, built_in):
        if document is not None and (line := document.line(way)) is not None:
            return f"{document.name}:{line}"
    return own.name if own is not None else built_in.name


def _lines(fault: ValidationError, own: Document | None, built_in: Document) -> list[str]:
    found: list[str] = []
    for error in fault.errors(include_url=False):
        path = error["loc"]
        key = _key(path)
        message = error["msg"].removeprefix("Value error, ")
        if error["type"] == "extra_forbidden":
            found.append(f"{_where(path, own, built_in)}: {key}: there is no such key{_meant(str(path[-1]))}")
            continue
        value = error["input"]
        shown = "" if isinstance(value, dict | list) or error["type"] == "missing" else f" {value!r}:"
        found.append(f"{_where(path, own, built_in)}: {key}:{shown} {message[:1].lower()}{message[1:]}")
    return found


def _key(path: Iterable[str | int]) -> str:
    return ".".join(map(str, path))


def _meant(key: str) -> str:
    keys = {name for part in Part.__subclasses__() for name in part.model_fields}
    close = get_close_matches(key, sorted(keys), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""

"""The rules file of `prepaired pair` (YAML): read, checked, refused with line and value. Applies no rule."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, model_validator

MENDS = {  # the fault that pydantic names, in words that say what would be right
    "extra_forbidden": "unknown key",
    "tuple_type": "must be a list",
    "int_type": "must be a whole number",
    "missing": "is missing",
    "model_type": "must be a mapping such as {attribute: unit, rule: same}",
    "string_type": "must be a text",
}
Weight = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]
Name = Annotated[str, Field(min_length=1)]
Scalar = str | int | float | bool


class RulesFault(ValueError):
    """A rules file that cannot be used; the message names file, line and mend."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Prefer(_Strict):
    """A soft rule; `scale` belongs to `near` only, and its order is the order of the steps."""

    attribute: Name
    rule: Literal["same", "different", "near", "overlap"]
    weight: Weight
    scale: tuple[Scalar, ...] = ()

    @model_validator(mode="after")
    def _scale_fits(self) -> "Prefer":
        steps = [str(step).strip().casefold() for step in self.scale]
        if self.rule == "near" and len(set(steps)) < 2:
            raise ValueError("rule near needs a scale: a list of at least two values in order")
        if self.rule != "near" and steps:
            raise ValueError(f"rule {self.rule} takes no scale")
        if len(set(steps)) != len(steps):
            raise ValueError("the scale names a value twice")
        return self


class NeverAttribute(_Strict):
    """A hard rule about an attribute."""

    attribute: Name
    rule: Literal["same", "different", "refers_to"]


class NeverPairs(_Strict):
    """Named pairs in a CSV file of their own, relative to the rules file."""

    pairs: Name


def _kind(entry: object) -> str:
    """Which kind of never-rule an entry means to be."""
    return (
        "pairs"
        if isinstance(entry, NeverPairs) or (isinstance(entry, dict) and "pairs" in entry)
        else "attribute"
    )


Never = Annotated[
    Annotated[NeverAttribute, Tag("attribute")] | Annotated[NeverPairs, Tag("pairs")], Discriminator(_kind)
]


class Rules(_Strict):
    """Everything a rules file may say."""

    prefer: tuple[Prefer, ...] = ()
    never: tuple[Never, ...] = ()
    requests: Name | None = None  # CSV a,b[,weight], relative to the rules file
    min_rounds_between_repeats: Annotated[int, Field(ge=0, strict=True)] = 0


def read_rules(path: Path) -> Rules:
    """The rules in a YAML file; an empty file has none.

    Raises RulesFault, also when the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        content: Any = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as fault:
        raise RulesFault(f"{path}: cannot be read: {getattr(fault, 'strerror', None) or fault}") from fault
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise RulesFault(f"{path}{line}: not YAML: {getattr(fault, 'problem', None) or fault}") from fault
    if content is None:
        return Rules()
    if not isinstance(content, dict):
        raise RulesFault(f"{path}, line 1: expected a mapping with prefer, never, requests ...")
    try:
        return Rules.model_validate(content)
    except ValidationError as fault:
        raise RulesFault("\n".join(_told(path, root, fault))) from fault


def _told(path: Path, root: yaml.Node | None, fault: ValidationError) -> list[str]:
    """One line a fault: file, line, key, what is wrong."""
    found = []
    for error in fault.errors():
        place = list(error["loc"])
        if place[:1] == ["never"] and len(place) > 2:
            del place[2]  # the kind of the entry, which is no key of the file
        key = ".".join(str(part) for part in place)
        message = MENDS.get(error["type"], error["msg"].removeprefix("Value error, "))
        value = error["input"]
        shown = f" {value!r}" if isinstance(value, str | int | float) else ""
        line, column = _spot(root, place)
        where = f"{path}, line {line}, column {column}"
        found.append(f"{where}: {key}{shown}: {message[0].lower()}{message[1:]}")
    return found


def _spot(node: yaml.Node | None, place: Sequence[int | str]) -> tuple[int, int]:
    """Line and column, from 1, of the deepest part of `place` that the file holds."""
    for part in place:
        if isinstance(node, yaml.MappingNode):
            node = next((value for name, value in node.value if name.value == part), node)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
    return (node.start_mark.line + 1, node.start_mark.column + 1) if node else (1, 1)

"""Reads a YAML file so that every value still knows the line it came from.

Plain YAML, minus what surprises people: 21:00 stays a time and is no base-60 number, NO stays Norway, and a
key given twice is a fault rather than a silent loss.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Way = tuple[str | int, ...]  # the way to a value: ("staff", 0, "name")


class YamlFault(ValueError):
    """A file that is no YAML, or not of the shape that can be read; the message names file and line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file's data and where each value stands."""

    name: str
    data: dict[str, object]
    lines: dict[Way, int] = field(default_factory=dict)  # counted from 1

    def line(self, path: Iterable[str | int]) -> int | None:
        """The line of that value, or of the nearest one around it that the file holds."""
        way = tuple(path)
        while way:
            if way in self.lines:
                return self.lines[way]
            way = way[:-1]
        return None


_RESOLVED = (
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("bool", r"^(?:true|false)$", ["t", "f"]),
    ("int", r"^-?(?:0|[1-9][0-9]{0,9})$", list("-0123456789")),
    ("float", r"^-?[0-9]+\.[0-9]+$", list("-0123456789")),
)


def _resolving(base: Any) -> Any:
    """A loader that resolves null, true, false and plain numbers; everything else is text."""
    loader: Any = type("_Loader", (base,), {"yaml_implicit_resolvers": {}})
    for tag, pattern, first in _RESOLVED:
        loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)
    return loader


_Careful = _resolving(yaml.SafeLoader)  # names the place of a fault better
_Fast = _resolving(getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # libyaml's, ten times as fast


def read_yaml(path: Path) -> Document:
    """The file's mapping with the line of every value; an empty file is an empty mapping.

    Raises YamlFault.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        node = _composed(text)
    except OSError as fault:
        raise YamlFault(f"{path}: {fault.strerror}") from fault
    except UnicodeDecodeError as fault:
        raise YamlFault(f"{path}: not UTF-8 text") from fault
    except yaml.YAMLError as fault:
        raise YamlFault(_syntax(path, fault)) from fault
    document = Document(name=str(path), data={})
    if node is None:
        return document
    if not isinstance(node, yaml.MappingNode):
        raise YamlFault(f"{path}:1: must hold keys and values, such as `name: Prepaired`")
    document.data.update(_mapping(node, (), document))
    return document


def _composed(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=_Fast)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=_Careful)


def _syntax(path: Path, fault: yaml.YAMLError) -> str:
    if isinstance(fault, yaml.MarkedYAMLError) and fault.problem_mark is not None:
        mark = fault.problem_mark
        return f"{path}:{mark.line + 1}: column {mark.column + 1}: {fault.problem}"
    return f"{path}: {fault}"


def _value(node: yaml.Node, path: Way, document: Document) -> object:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, document)
    if isinstance(node, yaml.SequenceNode):
        return [_marked(item, (*path, number), document) for number, item in enumerate(node.value)]
    text: str = node.value
    match node.tag.rpartition(":")[2]:
        case "null":
            return None
        case "bool":
            return text == "true"
        case "int":
            return int(text)
        case "float":
            return float(text)
        case _:
            return text


def _marked(node: yaml.Node, path: Way, document: Document) -> object:
    if len(path) > 20:
        raise YamlFault(f"{document.name}:{node.start_mark.line + 1}: nested too deeply")
    document.lines[path] = node.start_mark.line + 1
    return _value(node, path, document)


def _mapping(node: yaml.MappingNode, path: Way, document: Document) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        name = key.value
        if not isinstance(name, str):
            raise YamlFault(f"{document.name}:{line}: a key must be a word")
        if name in found:
            raise YamlFault(f"{document.name}:{line}: {name!r} is given twice")
        found[name] = _marked(value, (*path, name), document)
        document.lines[(*path, name)] = line
    return found

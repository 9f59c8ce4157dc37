"""Reads a member list as people save it: Excel's byte order marks, semicolons, tabs, Windows line ends.

Turns the file into rows of text by column and says by line and column what cannot be read; what the cells mean
is the engine's business.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from io import StringIO
from pathlib import Path

from scripts.errors import UsageFault

_WORKBOOK = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_SEPARATORS = (",", ";", "\t")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFile:
    """A member list as text: (line, column -> cell) for every row that holds anything."""

    rows: tuple[tuple[int, dict[str, str]], ...]
    columns: tuple[str, ...]
    warnings: tuple[str, ...]  # columns that look like a misspelt one of ours


def read_member_file(path: Path, own_columns: Sequence[str]) -> MemberFile:
    """The rows of the file. `own_columns` are known by name whatever their case; others are attributes.

    Raises UsageFault.
    """
    text = _text(path)
    lines = _lines(path, text)
    if not lines:
        raise UsageFault(
            f"{path}, line 1: the file is empty; its first line must name the columns, id among them"
        )
    columns = _columns(path, lines[0][1], own_columns)
    rows = tuple((line, _row(path, line, cells, columns)) for line, cells in lines[1:])
    return MemberFile(rows=rows, columns=columns, warnings=_misspelt(path, columns, own_columns))


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise UsageFault(f"{path}: cannot be read: {fault.strerror}") from fault
    if raw.startswith((_WORKBOOK, _OLD_WORKBOOK)):
        raise UsageFault(f"{path}: is a workbook, not CSV; save it as CSV UTF-8 (comma delimited)")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"  # Excel's "Unicode text", which has tabs
    elif b"\x00" in raw:
        raise UsageFault(f"{path}: is no text file; save the list as CSV UTF-8 (comma delimited)")
    else:
        encoding = "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as fault:
        raise UsageFault(_undecodable(path, raw, fault)) from fault


def _undecodable(path: Path, raw: bytes, fault: UnicodeDecodeError) -> str:
    """Where the byte stands, and the cell as the likeliest other encoding would have it."""
    line = raw.count(b"\n", 0, fault.start) + 1
    start = raw.rfind(b"\n", 0, fault.start) + 1
    separator = _separator(raw.split(b"\n", 1)[0].decode("cp1252", "replace")).encode()
    number = raw.count(separator, start, fault.start)
    header = raw.split(b"\n", 1)[0].decode("cp1252", "replace").strip().split(separator.decode())
    column = header[number] if number < len(header) else str(number + 1)
    whole = raw[start : (raw.find(b"\n", start) + 1 or len(raw) + 1) - 1]
    cell = whole.split(separator)[number].decode("cp1252", "replace").strip()
    return f"{path}, line {line}, column {column}: {cell!r} is not in UTF-8; save the file as CSV UTF-8"


def _separator(header: str) -> str:
    return max(_SEPARATORS, key=header.count)


def _lines(path: Path, text: str) -> list[tuple[int, list[str]]]:
    """Rows that hold anything, each with the line that it begins on."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=_separator(text.split("\n", 1)[0]), strict=True)
    found: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                found.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as fault:
        raise UsageFault(f"{path}, line {line}: not CSV: {fault}; is a quotation mark missing?") from fault
    return found


def _columns(path: Path, header: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    columns = tuple(name.casefold() if name.casefold() in own else name for name in header)
    if "id" not in columns:
        shown = ", ".join(name or "(without a name)" for name in columns)
        raise UsageFault(f"{path}, line 1: there is no column id; found {shown}")
    seen: dict[str, int] = {}
    for number, name in enumerate(columns, start=1):
        if not name:
            continue
        if name.casefold() in seen:
            raise UsageFault(
                f"{path}, line 1, column {number}: {name!r} is the name of column {seen[name.casefold()]} "
                "too; give each column a name of its own"
            )
        seen[name.casefold()] = number
    return columns


def _row(path: Path, line: int, cells: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    row = {}
    for number, cell in enumerate(cells, start=1):
        name = columns[number - 1] if number <= len(columns) else ""
        if name:
            row[name] = cell
        elif cell:
            raise UsageFault(
                f"{path}, line {line}, column {number}: {cell!r} stands under no column name; "
                f"name the column on line 1, or quote a cell that holds the separator"
            )
    return row


def _misspelt(path: Path, columns: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    found = []
    for name in columns:
        plain = name.casefold().replace("-", "_").replace(" ", "_")
        near = get_close_matches(plain, own, n=1, cutoff=0.8) if name and name not in own else []
        if near and near[0] not in columns:
            found.append(
                f"{path}, line 1: column {name!r} is taken as an attribute; did you mean {near[0]!r}?"
            )
    return tuple(found)

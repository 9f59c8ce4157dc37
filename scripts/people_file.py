"""The CSV files of `prepaired pair`: people, past groups, named pairs. Reads and refuses; decides nothing."""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TypeVar

from pairing.policy import Person
from pairing.working_hours import WORKING_HOURS, WRITTEN, BadHours, working_hours
from scripts.errors import UsageFault

Row = TypeVar("Row")

TOLD = 100  # faults of one file
CONTACT = ("name", "email", "phone")  # columns that are no attributes to match on


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A CSV file: its header and its rows with the line each begins on, cells trimmed."""

    path: Path
    header: tuple[str, ...]
    rows: tuple[tuple[int, list[str]], ...]

    def fault(self, line: int, column: str, value: str, right: str) -> UsageFault:
        """The refusal of one cell."""
        shown = f"{value!r} is not" if value else "is empty; expected"
        return UsageFault(f"{self.path}, line {line}, column {column}: {shown} {right}")

    def parsed(self, read: Callable[[int, list[str]], Row]) -> list[Row]:
        """What `read` makes of each row, given its line and cells. Raises one UsageFault that tells all it raised."""
        found, faults = [], []
        for line, cells in self.rows:
            try:
                found.append(read(line, cells))
            except UsageFault as fault:
                faults.append(str(fault))
        if faults:
            more = [f"{self.path}: {len(faults) - TOLD} more faults"] if len(faults) > TOLD else []
            raise UsageFault("\n".join([*faults[:TOLD], *more]))
        return found


def read_table(path: Path, header: tuple[str, ...] | None = None) -> Table:
    """A CSV file, separated by commas or semicolons, with or without a byte order mark.

    With `header` given, a first row that begins with the first of these names is skipped, none is needed;
    otherwise the first row is the header. Raises UsageFault for what cannot be read.
    """
    text = _text(path)
    lines = _lines(path, text)
    if header is None:
        if not lines:
            raise UsageFault(
                f"{path}, line 1: the file is empty; its first line must name the columns, id among them"
            )
        return Table(path=path, header=tuple(lines[0][1]), rows=tuple(lines[1:]))
    first = [cell.casefold() for cell in lines[0][1]] if lines else []
    rows = lines[1:] if first[:1] == [header[0]] else lines
    return Table(path=path, header=header, rows=tuple(rows))


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise UsageFault(f"{path}: cannot be read: {fault.strerror}") from fault
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw.count(b"\n", 0, fault.start) + 1
        raise UsageFault(
            f"{path}, line {line}: byte {raw[fault.start]:#04x} is not UTF-8; save the file as CSV UTF-8"
        ) from fault


def _lines(path: Path, text: str) -> list[tuple[int, list[str]]]:
    """Rows that hold anything, with their line numbers. An unquoted separator decides: ; or ,."""
    first = text.split("\n", 1)[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    found = []
    line = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                found.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as fault:
        raise UsageFault(f"{path}, line {line}: not CSV: {fault}") from fault
    return found


def read_people(path: Path) -> tuple[list[Person], dict[str, str], tuple[str, ...]]:
    """The people of a CSV file, their names by id, and the columns a rule may speak of. Raises UsageFault."""
    table = read_table(path)
    columns = _columns(table)
    names: dict[str, str] = {}
    seen: dict[str, int] = {}

    def person(line: int, cells: list[str]) -> Person:
        if len(cells) > len(columns):
            value = cells[len(columns)]
            raise table.fault(
                line, str(len(columns) + 1), value, f"under a column; the header names {len(columns)}"
            )
        row = dict(zip(columns, cells, strict=False))
        id_ = row.pop("id", "")
        if not id_ or "|" in id_:
            raise table.fault(line, "id", id_, "an id of its own, without the character |")
        first = seen.setdefault(id_, line)
        if first != line:
            raise table.fault(line, "id", id_, f"unique: line {first} has it too; give each person one row")
        names[id_] = row.get("name", "")
        return Person(id=id_, attributes=_attributes(row) | _hours(table, line, row))

    people = table.parsed(person)
    derived = (WORKING_HOURS,) if {WRITTEN, "timezone"} <= set(columns) else ()
    return people, names, (*(column for column in columns if column not in ("id", *CONTACT)), *derived)


def _hours(table: Table, line: int, row: dict[str, str]) -> dict[str, frozenset[str]]:
    """The working hours that the columns work_hours, work_days and timezone say. Raises UsageFault."""
    written, zone, days = split(row.get(WRITTEN, "")), row.get("timezone", ""), row.get("work_days", "")
    if not written or not zone or WORKING_HOURS in row:
        return {}
    from engine.member_rows import read_work_days

    try:
        on = [int(day) for day in read_work_days(days)] if days else []
    except ValueError:
        raise table.fault(line, "work_days", days, "days like Mon-Fri or Tue;Thu") from None
    try:
        return {WORKING_HOURS: working_hours(written, on, zone)}
    except BadHours as fault:
        raise table.fault(line, WRITTEN, row[WRITTEN], str(fault)) from None
    except (KeyError, ValueError, OSError):
        raise table.fault(line, "timezone", zone, "a time zone like America/New_York") from None


def _columns(table: Table) -> tuple[str, ...]:
    columns = tuple(name.casefold() if name.casefold() in ("id", *CONTACT) else name for name in table.header)
    if "id" not in columns:
        raise UsageFault(f"{table.path}, line 1: no column id; found {', '.join(columns)}")
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        told = (
            f"{table.path}, line 1: column {name or '(without a name)'} appears twice; name each once"
            for name in twice
        )
        raise UsageFault("\n".join(told))
    return columns


def _attributes(row: dict[str, str]) -> dict[str, frozenset[str]]:
    """The cells that hold something, split at semicolons."""
    cells = {name: split(cell) for name, cell in row.items() if name not in CONTACT}
    return {name: values for name, values in cells.items() if values}


def split(cell: str) -> frozenset[str]:
    """The values of one cell."""
    return frozenset(value.strip() for value in cell.split(";") if value.strip())


def read_history(path: Path) -> list[tuple[int, frozenset[str]]]:
    """Past groups as (round, ids), from rows of a round's number and its members. Raises UsageFault."""
    table = read_table(path, header=("round", "member"))

    def group(line: int, cells: list[str]) -> tuple[int, frozenset[str]]:
        number, *members = cells
        if not (number.isascii() and number.isdigit()):
            raise table.fault(line, "round", number, "the whole number of a round")
        named = [member for member in members if member]
        if not 2 <= len(set(named)) == len(named) <= 3:
            raise table.fault(line, "member", ",".join(named), "two or three different ids")
        return int(number), frozenset(named)

    return table.parsed(group)


def write_edges(path: Path, edges: Iterable[tuple[str, str, int]]) -> None:
    """Write pairs with their weights as CSV. Raises UsageFault when the file cannot be written."""
    try:
        with path.open("w", encoding="utf-8", newline="") as target:
            writer = csv.writer(target)
            writer.writerow(("a", "b", "weight"))
            writer.writerows(edges)
    except OSError as fault:
        raise UsageFault(f"{path}: cannot be written: {fault.strerror}") from fault

"""Reads one row of a member list: every cell checked, nothing stored.

A blank cell leaves what is stored as it is; a single `-` clears it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pairing.errors import PrepairedError
from store.addresses import BadAddress, normal

OWN_COLUMNS = (
    "id", "name", "email", "phone", "timezone", "sms_consent", "email_consent", "status", "active_from",
    "active_until", "away_from", "away_until", "work_days", "buddy", "never",
)  # fmt: skip
STATUSES = ("active", "paused", "left")
MEDIUM_OF = {"phone": "sms", "email": "email"}
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLEAR = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with a file: where, what stands there, what would be right."""

    line: int
    column: str
    value: str
    mend: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.value!r}: {self.mend}"


class ImportRefused(PrepairedError):
    """The file was not taken; nothing was stored."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """A row that makes sense by itself. None means: leave as it is; "" means: clear."""

    line: int
    ref: str
    name: str | None = None
    timezone: str | None = None
    addresses: Mapping[str, str] = field(default_factory=dict)  # medium -> address
    consents: Mapping[str, bool] = field(default_factory=dict)  # medium -> given
    status: str | None = None
    dates: Mapping[str, date | None] = field(default_factory=dict)  # column -> day, None clears
    work_days: str | None = None  # digits, Monday is 0
    buddy: str | None = None
    never: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # () clears


def split_cell(cell: str) -> tuple[str, ...]:
    """The values of a cell that may hold several, split by semicolons."""
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def read_work_days(text: str) -> str:
    """Digits of the days named, such as "Mon-Fri" or "Tue;Thu". Raises ValueError."""
    days: set[int] = set()
    for part in re.split(r"[;,\s]+", text.strip().lower()):
        first, _, last = part.partition("-")
        begin = DAY_NAMES.index(first[:3])
        end = DAY_NAMES.index(last[:3]) if last else begin
        days.update((begin + step) % 7 for step in range((end - begin) % 7 + 1))
    return "".join(str(day) for day in sorted(days))


def _read_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("no such time zone; use an IANA name such as America/New_York") from None
    return text


def _read_choice(text: str, choices: tuple[str, ...]) -> str:
    if text.lower() not in choices:
        raise ValueError(f"use {', '.join(choices[:-1])} or {choices[-1]}")
    return text.lower()


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("no date; write it like 2026-12-31") from None


def _read_days(text: str) -> str:
    try:
        return read_work_days(text)
    except ValueError:
        raise ValueError("name days like Mon-Fri or Tue;Thu") from None


def _read_address(column: str, text: str) -> str:
    try:
        return normal(MEDIUM_OF[column], text)
    except BadAddress as fault:
        raise ValueError(str(fault)) from None


class RowReader:
    """Reads rows one by one and keeps the faults of all of them."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._faulty: set[tuple[int, str]] = set()

    def read(self, line: int, cells: Mapping[str, str]) -> MemberRow:
        """The row, without the cells that are wrong (then `faults` has grown): the others are still to be checked."""
        stripped = {name: (cell or "").strip() for name, cell in cells.items()}
        return self._row(line, stripped)

    def is_faulty(self, line: int, column: str) -> bool:
        """Whether that cell was found wrong: then nothing more is said of it."""
        return (line, column) in self._faulty

    def _fault(self, line: int, column: str, value: str, mend: str) -> None:
        self.faults.append(Fault(line=line, column=column, value=value, mend=mend))
        self._faulty.add((line, column))

    def _row(self, line: int, cells: Mapping[str, str]) -> MemberRow:
        taken: dict[str, object] = {}
        for column, text in cells.items():
            if not text or column not in OWN_COLUMNS:
                continue
            try:
                taken[column] = self._cell(column, text)
            except ValueError as fault:
                self._fault(line, column, text, str(fault))
        if not cells.get("id"):
            self._fault(line, "id", "", "every row needs an id that no other row has")
        self._check_dates(line, cells, taken)
        return _assemble(line, cells, taken)

    def _cell(self, column: str, text: str) -> object:
        if text == CLEAR and column not in ("id", "sms_consent", "email_consent", "status", "timezone"):
            return ""
        if column in MEDIUM_OF:
            return _read_address(column, text)
        if column.endswith("_consent"):
            return _read_choice(text, ("yes", "no")) == "yes"
        if column == "status":
            return _read_choice(text, STATUSES)
        if column == "timezone":
            return _read_zone(text)
        if column == "work_days":
            return _read_days(text)
        if column.endswith(("_from", "_until")):
            return _read_day(text)
        return split_cell(text) if column == "never" else text

    def _check_dates(self, line: int, cells: Mapping[str, str], taken: Mapping[str, object]) -> None:
        for prefix in ("active", "away"):
            start, end = taken.get(f"{prefix}_from"), taken.get(f"{prefix}_until")
            if isinstance(start, date) and isinstance(end, date) and end < start:
                column = f"{prefix}_until"
                self._fault(line, column, cells[column], f"is before {prefix}_from ({start.isoformat()})")


def _assemble(line: int, cells: Mapping[str, str], taken: dict[str, object]) -> MemberRow:
    days = {
        column: (value if isinstance(value, date) else None)
        for column, value in taken.items()
        if column.endswith(("_from", "_until"))
    }
    never = taken.get("never")
    return MemberRow(
        line=line,
        ref=str(cells.get("id", "")),
        name=_text(taken, "name"),
        timezone=_text(taken, "timezone"),
        addresses={MEDIUM_OF[c]: str(taken[c]) for c in MEDIUM_OF if c in taken},
        consents={m: bool(taken[f"{m}_consent"]) for m in ("sms", "email") if f"{m}_consent" in taken},
        status=_text(taken, "status"),
        dates=days,
        work_days=_text(taken, "work_days"),
        buddy=_text(taken, "buddy"),
        never=never if isinstance(never, tuple) else (),
        attributes={
            name: () if cell == CLEAR else split_cell(cell)
            for name, cell in cells.items()
            if name not in OWN_COLUMNS and cell
        },
    )


def _text(taken: Mapping[str, object], column: str) -> str | None:
    return str(taken[column]) if column in taken else None

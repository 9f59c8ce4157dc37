"""On which days a recurrence rule falls, counted from an anchor day.

Dates only: the wall clock comes later, so no clock change can shift a day. Always computed from anchor and
occurrence number, never from the day before.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from math import ceil

from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrule, rrulestr

_DAYS = {"DAILY": 1, "WEEKLY": 7}
_MONTHS = {"MONTHLY": 1, "YEARLY": 12}
_WORDS = frozenset(
    {"FREQ", "INTERVAL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "BYWEEKNO", "BYYEARDAY", "WKST"}
)
_HORIZON = 5  # years of days that are written out at a time for rules without simple arithmetic


class BadRecurrence(ValueError):
    """An RRULE that cannot be a cadence; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule of RFC 5545 without clock times and without an end, e.g. FREQ=WEEKLY;INTERVAL=2."""

    rule: str

    def __post_init__(self) -> None:
        """Raise BadRecurrence where the rule is not understood, has an end, or falls too rarely."""
        _check(self.rule)

    def between(self, anchor: date, first: date, last: date) -> list[tuple[int, date]]:
        """Occurrences from `first` to `last`, both included, as (number, day); the first ever is 0.

        A month that is too short has its occurrence on its last day (RFC 7529, SKIP=BACKWARD): from an
        anchor on the 31st it falls on 30 April and again on 31 May.
        """
        first = max(first, anchor)
        unit, count = _pace(self.rule)
        if unit == "days":
            return _by_days(anchor, count, first, last)
        if unit == "months":
            return _by_months(anchor, count, first, last)
        days = _written_out(self.rule, anchor, _horizon(anchor, last))
        low, high = bisect_left(days, first), bisect_right(days, last)
        return [(number, days[number]) for number in range(low, high)]

    def in_a_year(self) -> int:
        """About how often it falls in a year; what comes more rarely weighs more."""
        return len(self.between(date(2024, 1, 1), date(2024, 1, 1), date(2027, 12, 31))) // 4


def _by_days(anchor: date, step: int, first: date, last: date) -> list[tuple[int, date]]:
    number = ceil((first - anchor).days / step)
    found: list[tuple[int, date]] = []
    while (day := anchor + timedelta(days=number * step)) <= last:
        found.append((number, day))
        number += 1
    return found


def _by_months(anchor: date, step: int, first: date, last: date) -> list[tuple[int, date]]:
    months = (first.year - anchor.year) * 12 + first.month - anchor.month
    number = max(0, months // step)
    found: list[tuple[int, date]] = []
    while (day := anchor + relativedelta(months=number * step)) <= last:
        if day >= first:
            found.append((number, day))
        number += 1
    return found


@lru_cache(maxsize=256)
def _parts(rule: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for item in rule.removeprefix("RRULE:").split(";"):
        name, equals, value = item.partition("=")
        name = name.strip().upper()
        if not equals or name in parts:
            raise BadRecurrence(f"{rule!r} is not a recurrence rule such as FREQ=WEEKLY;INTERVAL=2")
        parts[name] = value.strip().upper()
    return parts


@lru_cache(maxsize=256)
def _check(rule: str) -> None:
    parts = _parts(rule)
    if parts.get("FREQ") not in _DAYS | _MONTHS:
        raise BadRecurrence(f"{rule!r}: FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY")
    if unknown := sorted(parts.keys() - _WORDS):
        raise BadRecurrence(f"{rule!r}: {unknown[0]} has no place in a cadence")
    interval = parts.get("INTERVAL", "1")
    if not (interval.isascii() and interval.isdigit() and 1 <= int(interval) <= 366):
        raise BadRecurrence(f"{rule!r}: INTERVAL must be a number from 1 to 366")
    try:
        days = _written_out(rule, date(2024, 1, 31), 2029)
    except (ValueError, TypeError, AttributeError) as fault:
        raise BadRecurrence(f"{rule!r} is not a recurrence rule: {fault}") from fault
    if len(days) < 4:
        raise BadRecurrence(f"{rule!r} falls less than once a year")


@lru_cache(maxsize=256)
def _pace(rule: str) -> tuple[str, int]:
    """("days", 7), ("months", 3), or ("", 0) for a rule that must be written out."""
    parts = _parts(rule)
    if parts.keys() - {"FREQ", "INTERVAL", "WKST"}:
        return "", 0
    interval = int(parts.get("INTERVAL", "1"))
    if days := _DAYS.get(parts["FREQ"]):
        return "days", days * interval
    return "months", _MONTHS[parts["FREQ"]] * interval


def _horizon(anchor: date, last: date) -> int:
    """The year up to which days are written out, in steps, so that members share one list."""
    return anchor.year + ceil((last.year - anchor.year + 1) / _HORIZON) * _HORIZON


@lru_cache(maxsize=512)
def _written_out(rule: str, anchor: date, year: int) -> list[date]:
    """Every day of the rule from the anchor to the end of `year`, in order."""
    found = _rrule(rule, anchor)
    ends = datetime.combine(date(year, 12, 31), time(0))
    days: list[date] = []
    for occurrence in found:
        if occurrence > ends:
            break
        days.append(occurrence.date())
    return days


def _rrule(rule: str, anchor: date) -> rrule:
    parsed = rrulestr(rule.removeprefix("RRULE:"), dtstart=datetime.combine(anchor, time(0)))
    if not isinstance(parsed, rrule):
        raise BadRecurrence(f"{rule!r} is more than one rule")
    return parsed

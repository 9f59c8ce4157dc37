"""When people work, as values that rules can compare: half hours of the week on one clock for all.

Written hours ("07:00-19:00", nights too) hold in each one's own time zone. A week in January and one in July stand for
the year, so that clock changes in one country and not in the other count for what they are.
"""

import re
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from pairing.errors import PrepairedError

WORKING_HOURS = "working_hours"  # the attribute that rules name
WRITTEN = "work_hours"  # the attribute that it is made from
MONDAYS = {"winter": date(2026, 1, 12), "summer": date(2026, 7, 13)}
STEP = timedelta(minutes=30)
WEEK = timedelta(days=7)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONDAY_TO_FRIDAY = frozenset(range(5))

_SPAN = re.compile(r"(\d{1,2}):(00|30)\s*-\s*(\d{1,2}):(00|30)")


class BadHours(PrepairedError):
    """Hours that nobody can read."""


def working_hours(written: Iterable[str], days: Collection[int], zone: str) -> frozenset[str]:
    """The half hours that somebody works, from spans in their zone on those days (0 is Monday; none: Monday to Friday).

    Raises BadHours for a span that is none, and ZoneInfoNotFoundError for a zone that does not exist.
    """
    spans = frozenset(_span(text) for text in written)
    return _half_hours(spans, frozenset(days) or MONDAY_TO_FRIDAY, zone)


def hours_a_week(values: Collection[str]) -> str:
    """How many hours some values stand for, written as people do: 32, 7.5."""
    return f"{len(values) / 2 / len(MONDAYS):.1f}".removesuffix(".0")


def _span(text: str) -> tuple[timedelta, timedelta]:
    """Begin and end of a span after midnight; one that ends before it begins lasts into the next day."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise BadHours("hours like 07:00-19:00, on the hour or half past")
    begin, end = (timedelta(hours=int(found[at]), minutes=int(found[at + 1])) for at in (1, 3))
    if max(begin, end) > timedelta(days=1):
        raise BadHours("hours like 07:00-19:00, on the hour or half past")
    return begin, end if end > begin else end + timedelta(days=1)


@lru_cache(maxsize=10_000)  # many people, few patterns
def _half_hours(
    spans: frozenset[tuple[timedelta, timedelta]], days: frozenset[int], zone: str
) -> frozenset[str]:
    found = set()
    for season, monday in MONDAYS.items():
        start = datetime(monday.year, monday.month, monday.day, tzinfo=UTC)
        for day in days:
            midnight = datetime(monday.year, monday.month, monday.day, tzinfo=ZoneInfo(zone)) + timedelta(
                days=day
            )
            for begin, end in spans:
                moment = (midnight + begin).astimezone(UTC)
                for _ in range((end - begin) // STEP):
                    since = (moment - start) % WEEK
                    found.add(f"{season} {DAYS[since.days]} {since - timedelta(days=since.days)}")
                    moment += STEP
    return frozenset(found)

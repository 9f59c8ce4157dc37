"""Finds the day that a short reply names: "friday", "tomorrow", "until june", "back 3/5", "2 weeks"."""

import re
from datetime import date, timedelta

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "couple": 2, "few": 3}
_SPAN = re.compile(r"\b(\d{1,2}|a|an|one|two|three|four|six|couple|few)\s+(?:of\s+)?(day|week|month)s?\b")
_MONTH = re.compile(
    r"\b(?:(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?)?"
    r"(january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?(?:\s+(\d{1,2})(?:st|nd|rd|th)?\b)?"
)
_SLASHED = re.compile(r"\b(\d{1,2})/(\d{1,2})(?:/(\d{2,4}))?\b")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_WEEKDAY = re.compile(r"\b(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b")
LONGEST = timedelta(days=400)


def day_named(text: str, today: date) -> date | None:
    """The first day after `today` that the text names, within 400 days; None where it names none.

    Dates with a slash are read month first, as the program's American members write them.
    """
    words = text.lower()
    found = (
        _iso(words) or _slashed(words, today) or _span(words, today) or _month(words, today)
        or _weekday(words, today)
    )  # fmt: skip
    if found is None or not today < found <= today + LONGEST:
        return None
    return found


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _next(month: int, day: int, today: date) -> date | None:
    this_year = _make(today.year, month, day)
    return this_year if this_year and this_year > today else _make(today.year + 1, month, day)


def _iso(words: str) -> date | None:
    match = _ISO.search(words)
    return _make(*map(int, match.groups())) if match else None


def _slashed(words: str, today: date) -> date | None:
    match = _SLASHED.search(words)
    if match is None:
        return None
    month, day = int(match[1]), int(match[2])
    if match[3] is None:
        return _next(month, day, today)
    return _make(int(match[3]) + (2000 if len(match[3]) == 2 else 0), month, day)


def _span(words: str, today: date) -> date | None:
    if "tomorrow" in words:
        return today + timedelta(days=1)
    if "next week" in words:
        return today + timedelta(days=7)
    if "next month" in words:
        return today + timedelta(days=30)
    match = _SPAN.search(words)
    if match is None:
        return None
    number = int(match[1]) if match[1].isdigit() else _NUMBERS[match[1]]
    return today + timedelta(days=number * {"day": 1, "week": 7, "month": 30}[match[2]])


def _month(words: str, today: date) -> date | None:
    for match in _MONTH.finditer(words):
        day = int(match[1] or match[3] or 1)
        if match[2] == "may" and not (match[1] or match[3]) and "until may" not in words:
            continue  # "may be away"
        return _next(_MONTHS.index(match[2][:3]) + 1, day, today)
    return None


def _weekday(words: str, today: date) -> date | None:
    match = _WEEKDAY.search(words)
    if match is None:
        return None
    ahead = (_WEEKDAYS.index(match[1][:3]) - today.weekday()) % 7
    return today + timedelta(days=ahead or 7)

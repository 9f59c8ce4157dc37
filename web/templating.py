"""The templates' environment: escaped by default, strict about names, with the few words they share."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from babel.dates import format_date, format_time
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from engine.program import Program
from nudges.clock import zone_of
from nudges.languages import LANGUAGES, SOURCE, translator
from nudges.spoken import phrase

_HERE = Path(__file__).parent
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def environments(program: Program) -> Mapping[str, Environment]:
    """Language -> its environment."""
    return {language: templates(program, language) for language in LANGUAGES}


def templates(program: Program, language: str = SOURCE) -> Environment:
    """An environment whose times are in the program's zone and whose texts are in that language."""
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    translate = translator(language)
    install: Any = environment.install_gettext_callables  # type: ignore[attr-defined]
    install(translate, lambda one, many, n: translate(one if n == 1 else many), newstyle=True)

    def moment(at: datetime | None) -> str:
        """An instant as people here read it: "Tue, Nov 24, 10:05 AM"."""
        if at is None:
            return ""
        local = at.astimezone(zone_of(program.zone))
        return f"{day_in(local.date())}, {clock(at)}"

    def clock(at: datetime) -> str:
        """The time of day."""
        local = at.astimezone(zone_of(program.zone))
        if language != SOURCE:
            return str(format_time(local.time(), "short", locale=language))
        return f"{local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'}"

    def day_in(value: date | None) -> str:
        """A day in the reader's language."""
        if value is None or language == SOURCE:
            return day(value)
        return str(format_date(value, "EEE d MMM", locale=language))

    def said(text: str) -> str:
        """A text that is not ours to trust, translated where the catalog knows it. `_` would pass it on as markup."""
        return translate(str(text))

    environment.filters.update(
        said=said,
        phrased=lambda text: phrase(text, language),  # "call or text 988"
        moment=moment,
        clock=clock,
        day=day_in,
        words=in_words,
        within=within,
        dialled=dialled,
        mailed=mailed,
        plural=plural,
        rhythm=rhythm,
    )
    return environment


def day_and_time(at: datetime | None, zone: str) -> str:
    """An instant as people in that zone read it: "Tue, Nov 24, 10:05 AM"; nothing for None."""
    if at is None:
        return ""
    return f"{day(at.astimezone(zone_of(zone)).date())}, {_time_of_day(at, zone)}"


def _time_of_day(at: datetime, zone: str) -> str:
    local = at.astimezone(zone_of(zone))
    return f"{local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'}"


def day(value: date | None) -> str:
    """A day: "Tue, Nov 24"."""
    if value is None:
        return ""
    return f"{_DAYS[value.weekday()]}, {_MONTHS[value.month - 1]} {value.day}"


def in_words(name: str | None) -> str:
    """One of our own names, such as `not_yet`, as it stands on a page."""
    return (name or "").replace("_", " ")


def within(until: datetime, now: datetime) -> str:
    """How long there is, or since when it is over: "in 3 h", "2 days late"."""
    left = until - now
    return f"in {_length(left)}" if left >= timedelta(0) else f"{_length(-left)} late"


def _length(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest} min" if hours < 6 and rest else f"{hours} h"
    return f"{minutes // (24 * 60)} days"


def dialled(number: str) -> str:
    """A number as a phone dials it from a link."""
    return "".join(sign for sign in number if sign.isdigit() or sign == "+")


def mailed(address: str) -> str:
    """A mail address as a link holds it: nothing in it begins a second recipient or a subject."""
    return quote(address, safe="@")


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its word: "1 group", "3 groups"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


_RHYTHMS = {"FREQ=DAILY": "day", "FREQ=WEEKLY": "week", "FREQ=MONTHLY": "month"}


def rhythm(rrule: str) -> str:
    """A rule of the usual kind in words: "every 90 days"; another one as it is written (RFC 5545)."""
    freq, _, rest = rrule.partition(";")
    unit = _RHYTHMS.get(freq)
    if unit is None or (rest and not rest.startswith("INTERVAL=")) or ";" in rest:
        return rrule
    count = rest.removeprefix("INTERVAL=") or "1"
    return f"every {unit}" if count == "1" else f"every {count} {unit}s"

"""Which days are holidays, and what they are called: a country's own by the `holidays` library, and a program's.

Two calendars that are written alike are equal, so that whoever shares one shares every day computed with it.
"""

import threading
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

_WRITING_OUT = threading.Lock()  # the library marks a year as known before its days are written out
_ENGLISH = ("en_US", "en_GB", "en")


class UnknownRegion(LookupError):
    """A country or subdivision whose holidays nobody has written down."""

    def __init__(self, region: str) -> None:
        super().__init__(f"{region!r} is no region with known holidays; write it like US or US-MA")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holidays:
    """The days that nobody works in one place. The defaults know none."""

    region: str = ""  # ISO 3166: "US", "US-MA"; empty: no public holidays
    own: frozenset[date] = frozenset()  # the program's, besides
    worked: frozenset[str] = frozenset()  # names of public holidays that are worked here all the same

    def __post_init__(self) -> None:
        """Raise UnknownRegion."""
        if self.region:
            _calendar(self.region)

    def __contains__(self, day: object) -> bool:
        """Whether nobody works on that day."""
        return isinstance(day, date) and self.name_of(day) is not None

    def name_of(self, day: date) -> str | None:
        """What the day is called: "Thanksgiving Day", or "" for one of the program's own; None for no holiday."""
        if day in self.own:
            return ""
        return _name(self.region, self.worked, day) if self.region else None


@lru_cache(maxsize=65536)
def _name(region: str, worked: frozenset[str], day: date) -> str | None:
    with _WRITING_OUT:
        found = _calendar(region).get_list(day)
    names = [name for name in found if name not in worked and name.removesuffix(" (observed)") not in worked]
    return ", ".join(names) or None


@lru_cache(maxsize=256)
def _calendar(region: str) -> "HolidayBase":
    import holidays  # a tenth of a second, which `--help` need not wait for

    country, _, subdivision = region.partition("-")
    try:
        known = holidays.country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError:
        raise UnknownRegion(region) from None
    languages = getattr(known, "supported_languages", ())
    english = next((one for one in _ENGLISH if one in languages), None)
    if english is None or english == known.language:
        return known
    return holidays.country_holidays(country, subdiv=subdivision or None, language=english)

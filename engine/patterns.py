"""In which pattern a member's nudges fall: the program's rhythm, holidays and morning, or the member's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time

from engine.program import Program
from nudges.cadence import Cadence, MemberClock, Window, own_cadences
from store.models import Member, Rhythm

# What a rhythm copies of its member, so that planning reads one table.
COLUMNS = ("timezone", "work_days", "region", "shift", "cadence", "hour")
LAST_HOUR = time(22, 59)  # a window of an hour that begins then ends on the same day


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Everything that the calendar of one member's nudges depends on, but for the anchor."""

    cadences: tuple[Cadence, ...]
    clock: MemberClock
    window: Window
    because: str | None  # why the window is not the program's


def pattern_of(program: Program, row: Member | Rhythm) -> Pattern:
    """The pattern that the row's columns name; what the program no longer knows falls back to its own."""
    window, because = _window(program, row.shift, row.hour)
    return Pattern(
        cadences=own_cadences(row.cadence, program.cadences),
        clock=program.clock(row.timezone, row.work_days, row.region),
        window=window,
        because=because,
    )


def copy_pattern(rhythm: Rhythm, member: Member) -> bool:
    """Brings the rhythm's columns to the member's; whether anything changed."""
    changed = [name for name in COLUMNS if getattr(rhythm, name) != getattr(member, name)]
    for name in changed:
        setattr(rhythm, name, getattr(member, name))
    return bool(changed)


def places_of(program: Program, attributes: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What a member's attributes say of holidays and shift: the values of those two columns."""
    sites = (value.casefold() for value in attributes.get(program.site_attribute, ()))
    shifts = (value.casefold() for value in attributes.get(program.shift_attribute, ()))
    return {
        "region": next((program.sites[site].region for site in sites if site in program.sites), ""),
        "shift": next((shift for shift in shifts if shift in program.shifts), ""),
    }


def _window(program: Program, shift: str, hour: str) -> tuple[Window, str | None]:
    if hour:
        starts = min(time.fromisoformat(hour), LAST_HOUR)
        return Window(starts, starts.replace(hour=starts.hour + 1)), "at the member's own hour"
    if shift in program.shifts:
        return program.shifts[shift], f"{shift} shift"
    return program.window, None

"""`prepaired calendar`: when the program's nudges fall, and why they moved. Needs no secret and no database."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.errors import UsageFault

if TYPE_CHECKING:
    from engine.patterns import Pattern
    from engine.program import Program
    from nudges.cadence import Occurrence

_AHEAD = timedelta(days=90)


def calendar(
    zone: Annotated[str | None, typer.Option(help="The member's IANA time zone; else the program's.")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="First day, such as 2026-11-24; else today.")
    ] = None,
    to: Annotated[str | None, typer.Option(help="Last day; else 90 days later.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only this cadence, such as monthly.")] = None,
    anchor: Annotated[
        str | None, typer.Option(help="The day of the group's first nudge; else the first working day shown.")
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="Whose holidays, such as US-MA; else the program's.")
    ] = None,
    shift: Annotated[str | None, typer.Option(help="A shift of the program file.")] = None,
    work_days: Annotated[
        str | None, typer.Option("--work-days", help="Such as Mon-Fri or Tue;Thu; else the program's.")
    ] = None,
    away: Annotated[
        str | None, typer.Option(help="Leave, such as 2027-07-05..2027-07-16: what falls in it is held.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Show when nudges fall, as UTC and local instants, with the reason for every shift.

    Shows the start of the morning window; each member has a minute of their own in it, the same every time.

    Example: prepaired calendar --zone Europe/London --from 2027-03-01 --to 2027-04-30
    """
    program = _program()
    zone, member = zone or program.zone, _member(program, zone or program.zone, region, shift, work_days)
    span = (_day(from_, "--from"), _day(to, "--to"), _day(anchor, "--anchor"))
    found = _checked(program, member, kind, *span)
    leave = _leave(away)
    shown = [_held(each, leave) for each in found if kind is None or each.kind == kind]
    if as_json:
        typer.echo(json.dumps([_row(occurrence, zone) for occurrence in shown], indent=2))
    else:
        _table(shown, zone)


def _program() -> "Program":
    """The program that the settings name. Raises UsageFault."""
    from config.settings import SettingsFault, load_settings
    from scripts.program import ProgramFault, load_program

    try:
        return load_program(load_settings(require_secrets=False).program)
    except (SettingsFault, ProgramFault) as fault:
        raise UsageFault(str(fault)) from fault


def _member(
    program: "Program", zone: str, region: str | None, shift: str | None, work_days: str | None
) -> "Pattern":
    """The pattern of a member there. Raises UsageFault for what the program does not know."""
    from engine.member_rows import read_work_days
    from engine.patterns import Pattern
    from nudges.cadence import MemberClock, UnknownZone
    from nudges.public_holidays import Holidays, UnknownRegion

    if shift is not None and shift.casefold() not in program.shifts:
        known = ", ".join(program.shifts) or "none: see shifts in the program file"
        raise UsageFault(f"--shift: {shift!r} is no shift of this program; there are {known}")
    ours = program.holidays
    try:
        days = frozenset(map(int, read_work_days(work_days))) if work_days else program.work_days
    except ValueError:
        raise UsageFault(f"--work-days: {work_days!r}: name days like Mon-Fri or Tue;Thu") from None
    try:
        holidays = Holidays(region=region, own=ours.own, worked=ours.worked) if region else ours
        clock = MemberClock(zone, days, holidays)
    except UnknownZone as fault:
        raise UsageFault(f"--zone: {fault}") from fault
    except UnknownRegion as fault:
        raise UsageFault(f"--region: {fault}") from fault
    window = program.shifts[shift.casefold()] if shift else program.window
    because = f"{shift.casefold()} shift" if shift else None
    return Pattern(cadences=program.cadences, clock=clock, window=window, because=because)


def _checked(
    program: "Program",
    member: "Pattern",
    kind: str | None,
    first: date | None,
    last: date | None,
    anchor: date | None,
) -> "Iterator[Occurrence]":
    """The nudges from `first` to `last`, both included. Raises UsageFault for what makes no sense."""
    from nudges.cadence import occurrences, zone_of

    if kind is not None and kind not in program.kinds():
        raise UsageFault(f"--kind: {kind!r} is none of {', '.join(c.kind for c in program.cadences)}")
    clock = member.clock
    first = first or datetime.now(UTC).astimezone(zone_of(clock.zone)).date()
    last = last or first + _AHEAD
    if last < first:
        raise UsageFault(f"--to: {last} is before --from, {first}")
    found = occurrences(
        member.cadences,
        anchor=anchor or clock.working_day(first),
        clock=clock,
        window=member.window,
        quiet=program.quiet,
        stagger=0,
        start=first,
        because=member.because,
    )
    return takewhile(lambda occurrence: occurrence.on <= last, found)


def _leave(written: str | None) -> tuple[date, date] | None:
    """The first and the last day. Raises UsageFault."""
    if written is None:
        return None
    begins, dots, ends = written.partition("..")
    first, last = _day(begins, "--away"), _day(ends if dots else begins, "--away")
    if first is None or last is None or last < first:
        raise UsageFault(f"--away: {written!r} is no leave such as 2027-07-05..2027-07-16")
    return first, last


def _held(occurrence: "Occurrence", leave: tuple[date, date] | None) -> "Occurrence":
    """What falls on a day of leave is not sent; the reason that the outbox keeps is `resting`."""
    if leave is None or not leave[0] <= occurrence.local.date() <= leave[1]:
        return occurrence
    reasons = (occurrence.reason, f"not sent: leave until {leave[1]}")
    return replace(occurrence, reason="; ".join(reason for reason in reasons if reason))


def _day(written: str | None, option: str) -> date | None:
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise UsageFault(f"{option}: {written!r} is not a date such as 2026-11-24") from None


def _row(occurrence: "Occurrence", zone: str) -> dict[str, object]:
    return {
        "kind": occurrence.kind,
        "slot": occurrence.slot,
        "utc": occurrence.due_at.isoformat(),
        "local": occurrence.local.isoformat(),
        "zone": zone,
        "reason": occurrence.reason,
    }


def _table(shown: "list[Occurrence]", zone: str) -> None:
    """The nudges for people to read; the last column stays empty where nothing moved."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"Nudges in {zone}", title_justify="left", box=None, pad_edge=False)
    for heading in ("day", "local", "UTC", "nudge", "slot", "why it is not simply on its day"):
        table.add_column(heading, justify="right" if heading == "slot" else "left")
    for each in shown:
        table.add_row(
            f"{each.local:%a %Y-%m-%d}",
            f"{each.local:%H:%M %z}",
            f"{each.due_at:%Y-%m-%d %H:%M}",
            each.kind,
            str(each.slot),
            each.reason or "",
        )
    Console().print(table)

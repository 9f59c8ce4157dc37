"""`prepaired calendar`: when the program's nudges fall, and why they moved. Needs no secret and no database."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.errors import UsageFault

if TYPE_CHECKING:
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
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Show when nudges fall, as UTC and local instants, with the reason for every shift.

    Shows the start of the morning window; each member has a minute of their own in it, the same every time.

    Example: prepaired calendar --zone Europe/London --from 2027-03-01 --to 2027-04-30
    """
    program = _program()
    found = _checked(program, kind, zone, _day(from_, "--from"), _day(to, "--to"), _day(anchor, "--anchor"))
    shown = [occurrence for occurrence in found if kind is None or occurrence.kind == kind]
    if as_json:
        typer.echo(json.dumps([_row(occurrence, zone or program.zone) for occurrence in shown], indent=2))
    else:
        _table(shown, zone or program.zone)


def _program() -> "Program":
    """The program that the settings name. Raises UsageFault."""
    from config.settings import SettingsFault, load_settings
    from scripts.program import ProgramFault, load_program

    try:
        return load_program(load_settings(require_secrets=False).program)
    except (SettingsFault, ProgramFault) as fault:
        raise UsageFault(str(fault)) from fault


def _checked(
    program: "Program",
    kind: str | None,
    zone: str | None,
    first: date | None,
    last: date | None,
    anchor: date | None,
) -> "Iterator[Occurrence]":
    """The nudges from `first` to `last`, both included. Raises UsageFault for what makes no sense."""
    from nudges.cadence import UnknownZone, occurrences, zone_of

    if kind is not None and kind not in program.kinds():
        raise UsageFault(f"--kind: {kind!r} is none of {', '.join(c.kind for c in program.cadences)}")
    try:
        clock = program.clock(zone or program.zone)
    except UnknownZone as fault:
        raise UsageFault(f"--zone: {fault}") from fault
    first = first or datetime.now(UTC).astimezone(zone_of(clock.zone)).date()
    last = last or first + _AHEAD
    if last < first:
        raise UsageFault(f"--to: {last} is before --from, {first}")
    found = occurrences(
        program.cadences,
        anchor=anchor or clock.working_day(first),
        clock=clock,
        window=program.window,
        quiet=program.quiet,
        stagger=0,
        start=first,
    )
    return takewhile(lambda occurrence: occurrence.on <= last, found)


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

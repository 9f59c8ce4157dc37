"""`prepaired tick`: everything that is due, once. What cron calls where no server runs."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from engine.tick import TickReport


def tick(
    now: Annotated[
        str | None,
        typer.Option(help="Move our clock, not the provider's, to this instant; it must say its zone."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Do once whatever is due: make nudges, hand them over, settle what is in doubt, advance deadlines.

    Goes on until no message is in doubt and none is due, waiting in real time where it must. Exit code 1 when
    something stays undone.

    Example: prepaired tick --now 2026-11-24T15:00:00Z
    """
    from scripts.instants import instant

    start = instant(now, "--now") if now is not None else None

    from engine.beat import beat
    from engine.clock import MovedClock, SystemClock
    from engine.tick import tick as go_round
    from scripts.wiring import deployed, settled

    clock = MovedClock(start) if start is not None else SystemClock()
    with deployed(clock) as deployment:
        settled(deployment, clock)
        report = go_round(deployment, clock)
        if start is None:
            beat(deployment, clock)
    if as_json:
        typer.echo(json.dumps(asdict(report)))
    else:
        _show(report)
    if report.problems:
        raise typer.Exit(1)


def _show(report: "TickReport") -> None:
    typer.echo(
        f"{report.planned} nudges made, {report.handed_over} messages handed over, "
        f"{report.received} texts or mails found that had not reached us."
    )
    if report.looked_up:
        typer.echo(
            f"{report.looked_up} look-ups: {report.found} found at the provider, "
            f"{report.requeued} sent again, {report.given_up} given up."
        )
    if report.due or report.in_doubt:
        typer.echo(f"{report.due} messages are still due, {report.in_doubt} in doubt.")
    for problem in report.problems:
        typer.echo(problem, err=True)

"""`prepaired drill`: a marked, made-up crisis from receipt to acknowledgement, with the times it took."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from engine.hold_drill import DrillReport


def drill(
    wait: Annotated[
        int, typer.Option(min=1, max=120, help="Minutes to wait for somebody to acknowledge.")
    ] = 15,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Page whoever is on call now with a drill, and say how long each step took.

    No member is touched: the pages say DRILL, the answer is written and sent to nobody. Links and keys work only
    while `prepaired serve` runs. Exit code 1 when nobody acknowledges in time.

    Example: prepaired drill --wait 10
    """
    from datetime import timedelta

    from engine.clock import SystemClock
    from engine.hold_drill import hold_drill
    from scripts.wiring import deployed

    clock = SystemClock()
    with deployed(clock) as deployment:
        if not as_json:
            typer.echo(f"A drill: whoever is on call is paged now. Waiting {wait} minutes at most.", err=True)
        report = hold_drill(deployment, clock, wait=timedelta(minutes=wait))
    typer.echo(json.dumps(asdict(report)) if as_json else _told(report))
    if report.problem:
        raise typer.Exit(1)


def _told(report: "DrillReport") -> str:
    lines = [
        f"{_after(report.understood)}  understood, and the answer is written:",
        f"          {report.answer}",
    ]
    lines += [f"{_after(page.seconds)}  paged {page.to} by {page.by}: {page.state}" for page in report.pages]
    if report.acknowledged is not None:
        lines.append(f"{_after(report.acknowledged)}  acknowledged by {report.acknowledged_by}")
    if report.problem:
        lines.append(f"Failed: {report.problem}.")
    return "\n".join(lines)


def _after(seconds: float | None) -> str:
    return "       -" if seconds is None else f"{seconds:6.1f} s"

"""`prepaired simulate`: a program run through on a virtual clock, over the providers' wire protocol."""

import json
from typing import Annotated, Any

import typer


def simulate(
    members: Annotated[int, typer.Option(min=2, max=20_000, help="How many begin.")] = 100,
    months: Annotated[int, typer.Option(min=1, max=60, help="How long it runs, in months of 30 days.")] = 3,
    churn: Annotated[
        float, typer.Option(min=0, max=0.9, help="The share that leaves, and is replaced, each month.")
    ] = 0.05,
    size: Annotated[int, typer.Option(min=2, max=3, help="Groups of two or of three.")] = 2,
    seed: Annotated[int, typer.Option(help="Pairing, answers and leavers follow it.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Run a program of made-up members through some months, and count what happened.

    Everything is real but the clock and the people: texts and mail go to the sandbox and come back by its
    webhooks. Exit code 1 when an invariant was broken: written to twice, at night, after STOP or without consent,
    lost, in two groups, a nudge without a row or a reason, a repeated pair without need.

    Example: prepaired simulate --members 100 --months 3 --churn 0.05
    """
    import tempfile
    from pathlib import Path

    from scripts.simulation import run_through

    with tempfile.TemporaryDirectory(prefix="prepaired-simulation-") as folder:
        counts = run_through(Path(folder), members=members, months=months, churn=churn, size=size, seed=seed)
    if as_json:
        typer.echo(json.dumps(counts))
    else:
        _show(counts)
    if counts["broken"]:
        raise typer.Exit(1)


def _show(counts: dict[str, Any]) -> None:
    """A page for people: one line a count, reasons below theirs."""
    for name, value in counts.items():
        if isinstance(value, dict):
            typer.echo(name.replace("_", " "))
            for reason, count in value.items():
                typer.echo(f"  {reason.replace('_', ' '):<30} {count}")
        else:
            typer.echo(f"{name.replace('_', ' '):<32} {'-' if value is None else value}")

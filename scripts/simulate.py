"""`prepaired simulate`: a program run through on a virtual clock, over the providers' wire protocol."""

import json
from typing import Annotated

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

    Everything is real but the clock and the people: mail goes to the sandbox and comes back by its webhooks.
    Exit code 1 when somebody was written to twice, at night or not at all.

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
        for name, value in counts.items():
            typer.echo(f"{name.replace('_', ' '):<28} {value}")
    if counts["twice"] or counts["at_night"] or counts["lost"]:
        raise typer.Exit(1)

"""`prepaired doctor`: what is wrong with this installation and the mend, one line each."""

import json
from dataclasses import asdict
from typing import Annotated

import typer


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Check settings, database, keys, program, providers, clock and coverage. Changes and sends nothing.

    Says what is wrong and the mend, one line each; exit code 1 when something is wrong.

    Example: prepaired doctor
    """
    from scripts.doctor_installation import installation_findings
    from scripts.findings import Level

    found = list(installation_findings())
    bad = any(finding.level is Level.WRONG for finding in found)
    if as_json:
        typer.echo(json.dumps({"ok": not bad, "findings": [asdict(finding) for finding in found]}))
    else:
        for finding in found:
            typer.echo(str(finding))
        if not bad:
            typer.echo("Nothing is wrong with settings, database, keys, program, providers, clock, coverage.")
    if bad:
        raise typer.Exit(1)

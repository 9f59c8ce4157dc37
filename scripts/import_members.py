"""`prepaired import FILE`: members from a CSV file, all of it or nothing."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from engine.import_members import ImportReport
    from engine.member_rows import Fault
    from scripts.member_file import MemberFile


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV with a header; the columns are named below.")],
    cohort: Annotated[
        str | None, typer.Option(help="The cohort that all of them join; else new members join 'main'.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, store nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Add and update members from a CSV file: all of it, or nothing and a list of what is wrong.

    Columns: id (yours, unique; a known one is updated), name, email, phone, timezone, sms_consent and email_consent
    (yes attests a recorded consent that included the limits of confidentiality), status (active, paused, left),
    active_from, active_until, away_from, away_until (2026-12-31), work_days (Mon-Fri), buddy, never (ids; with ;).
    Every further column is an attribute. A blank cell leaves things as they are, a single - clears. A yes never
    undoes a STOP.

    Example: prepaired import members.csv --cohort spring --dry-run
    """
    from engine.clock import SystemClock
    from engine.import_members import import_members
    from engine.member_rows import OWN_COLUMNS, ImportRefused
    from scripts.errors import UsageFault
    from scripts.member_file import read_member_file
    from scripts.wiring import deployed

    read = read_member_file(file, OWN_COLUMNS)
    for warning in read.warnings:
        typer.echo(f"warning: {warning}", err=True)
    name = cohort.strip() if cohort is not None else None
    if name == "" or (name and len(name) > 255):
        raise UsageFault(f"--cohort: {cohort!r} is no name for a cohort; use up to 255 characters")
    clock = SystemClock()
    with deployed(clock) as deployment:
        try:
            report = import_members(deployment, read.rows, now=clock.now(), cohort=name, dry_run=dry_run)
        except ImportRefused as refused:
            if as_json:
                typer.echo(json.dumps({"file": str(file), "faults": [_fault(one) for one in refused.faults]}))
            raise UsageFault("\n".join(f"{file}, {fault}" for fault in refused.faults)) from refused
    if as_json:
        typer.echo(json.dumps(_answer(file, read, report)))
    else:
        _show(read, report)


def _fault(fault: "Fault") -> dict[str, object]:
    return {"line": fault.line, "column": fault.column, "value": fault.value, "mend": fault.mend}


def _answer(file: Path, read: "MemberFile", report: "ImportReport") -> dict[str, object]:
    return {
        "file": str(file),
        "cohort": report.cohort,
        "added": report.added,
        "updated": report.updated,
        "dry_run": report.dry_run,
        "warnings": list(read.warnings),
        "faults": [],
    }


def _show(read: "MemberFile", report: "ImportReport") -> None:
    where = f"cohort {report.cohort!r}" if report.cohort else "cohort 'main'"
    if report.dry_run:
        typer.echo(
            f"Would add {report.added} members to {where} and update {report.updated}. Nothing stored."
        )
        return
    typer.echo(f"Added {report.added} members to {where}, updated {report.updated}.")
    if not {"sms_consent", "email_consent"} & set(read.columns):
        typer.echo("Nobody is written to without consent on record: sms_consent or email_consent, yes.")

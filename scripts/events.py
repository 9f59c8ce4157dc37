"""`prepaired events FILE`: adverse events from a CSV file of the safety-reporting system, all of it or nothing."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.open_cases import Report

COLUMNS = ("kind", "sentence", "id", "name", "phone", "email", "unit", "how", "group")


def events(
    file: Annotated[Path, typer.Argument(help="CSV with a header; a line for each person who was there.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, store nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Offer outreach to everybody who was there: all lines, or none and a list of what is wrong.

    Columns: kind (error, death, aggression, lawsuit, colleague, mistreatment, other), sentence (one, neutral, at most
    140 characters), id (of a member) or name, phone, email, unit, how (to reach them), group (yes: everybody on the
    unit, as one). No column for the number of an event: it is not kept.

    Example: prepaired events involved.csv --dry-run
    """
    from engine.clock import SystemClock
    from engine.open_cases import open_cases
    from scripts.errors import UsageFault
    from scripts.member_file import read_member_file
    from scripts.wiring import deployed

    read = read_member_file(file, COLUMNS)
    if unknown := [column for column in read.columns if column not in COLUMNS]:
        raise UsageFault(
            f"{file}, line 1: {unknown[0]!r} is no column here; the columns are {', '.join(COLUMNS)}"
        )
    reports: list[Report] = []
    faults: list[str] = []
    for line, row in read.rows:
        report, wrong = _report(row)
        faults += [f"{file}, line {line}, {why}" for why in wrong]
        reports += [report] if report else []
    if faults:
        raise UsageFault("\n".join(faults))
    clock = SystemClock()
    if not dry_run:
        with deployed(clock) as deployment:
            for report in reports:
                open_cases(deployment, report, actor="system", now=clock.now())
    if as_json:
        typer.echo(json.dumps({"file": str(file), "accepted": len(reports), "dry_run": dry_run}))
    else:
        typer.echo(f"{len(reports)} to be offered outreach." + (" Nothing stored." if dry_run else ""))


def _report(row: "Mapping[str, str]") -> "tuple[Report | None, list[str]]":
    """A line's report, or everything that is wrong with it: the column, the value, and what would be right."""
    from engine.open_cases import Involved, Report
    from escalation.ways_in import BadSentence, Source, kind_of, sentence

    cells = {column: row.get(column, "").strip() for column in COLUMNS}
    wrong: list[str] = []
    kind = said = None
    try:
        kind = kind_of(cells["kind"])
    except BadSentence as fault:
        wrong.append(f"column kind: {fault}")
    try:
        said = sentence(cells["sentence"])
    except BadSentence as fault:
        wrong.append(f"column sentence: {fault}")
    is_group = cells["group"].lower() in ("yes", "y", "true", "1")
    if is_group and not cells["unit"]:
        wrong.append("column unit: '': a group needs its unit")
    if not is_group and not (cells["id"] or cells["name"]):
        wrong.append("column name: '': give an id or a name")
    if kind is None or said is None or wrong:
        return None, wrong
    involved = Involved(
        member=cells["id"], name=cells["name"], phone=cells["phone"], email=cells["email"], unit=cells["unit"],
        how=cells["how"], is_group=is_group,
    )  # fmt: skip
    return Report(involved=[involved], source=Source.EVENT, kind=kind, sentence=said.text), []

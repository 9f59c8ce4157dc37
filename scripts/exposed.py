"""`prepaired exposed`: whose data could have been seen between two instants. Ids only; needs no key."""

import json
from dataclasses import asdict
from typing import Annotated

import typer


def exposed(
    since: Annotated[str, typer.Option("--from", help="The first instant, such as 2026-11-24T08:00:00Z.")],
    until: Annotated[str, typer.Option("--to", help="The instant after the last.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """List whose data could have been seen between two instants, and by whom, for a privacy officer.

    Looks of staff, sign-ins whose session could run, links that worked, messages that went out. No names.

    Example: prepaired exposed --from 2026-11-24T08:00:00Z --to 2026-11-24T12:00:00Z --json
    """
    from engine.exposure import exposure
    from scripts.instants import instant
    from scripts.wiring import prepared_database, read_settings

    first, last = instant(since, "--from"), instant(until, "--to")
    with prepared_database(read_settings(require_secrets=False)) as database:
        found = exposure(database, first, last)
    if as_json:
        typer.echo(json.dumps({"from": since, "to": until} | asdict(found), default=str))
        return
    typer.echo(
        f"{found.held} members were held by then; of {len(found.members)} something was seen, sent or open."
    )
    for one in found.sign_ins:
        typer.echo(f"signed in: {one.who} at {one.at.isoformat()}")
    for member in found.members:
        typer.echo(
            f"{member.member}: {len(member.looks)} looks, {member.links} links, {member.messages} messages"
        )
        for look in member.looks:
            typer.echo(f"  {look.at.isoformat()} {look.who} {look.what}")

"""`prepaired messages`: the outbox, without text or address. Needs no key."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from store.models import Message

COLUMNS = ("id", "member", "kind", "slot", "channel", "state", "reason", "due_at", "sent_at")


def messages(
    since: Annotated[
        str | None,
        typer.Option(help="Only messages that were made, due, sent or settled at this instant or later."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Show the outbox: what is due, was sent, or why it was not. Neither texts nor addresses.

    Example: prepaired messages --since 2026-11-24T00:00:00Z --json
    """
    from scripts.instants import instant

    start = instant(since, "--since") if since is not None else None

    from scripts.wiring import prepared_database, read_settings

    with prepared_database(read_settings(require_secrets=False)) as database, database.reads() as session:
        rows = list(outbox(session, start))
    if as_json:
        typer.echo(json.dumps(rows))
    else:
        _show(rows)


def outbox(session: "Session", since: datetime | None = None) -> Iterator[dict[str, object]]:
    """A mapping of `COLUMNS` for each message, in the order in which they came due. Instants are ISO 8601."""
    from sqlalchemy import or_, select

    from store.models import Member, Message

    query = (
        select(Message, Member.ref)
        .outerjoin(Member, Member.id == Message.member_id)
        .order_by(Message.due_at, Message.id)
    )
    if since is not None:
        touched = (Message.created_at, Message.due_at, Message.sent_at, Message.settled_at)
        query = query.where(or_(*(column >= since for column in touched)))
    for message, ref in session.execute(query):
        kind, named = _shown(message)
        yield {
            "id": str(message.id),
            "member": ref if named else None,
            "kind": kind,
            "slot": message.slot,
            "channel": message.medium,
            "state": message.state,
            "reason": message.reason,
            "due_at": message.due_at.isoformat(),
            "sent_at": message.sent_at.isoformat() if message.sent_at else None,
        }


def _shown(message: "Message") -> tuple[str, bool]:
    """The kind as whoever reads this may see it, and whether the member may be named beside it.

    An answer's kind would tell what the member had written, a notice's that somebody asked for help.
    """
    from nudges.kinds import Lane

    if message.lane == Lane.NUDGE:
        return message.kind, True
    return ("notice" if message.staff_id is not None else "answer"), False


def _show(rows: list[dict[str, object]]) -> None:
    from rich.table import Table

    from scripts.terminal import console

    table = Table(box=None, pad_edge=False)
    for column in COLUMNS[1:]:
        table.add_column(column, no_wrap=True)
    for row in rows:
        table.add_row(*("" if row[column] is None else str(row[column])[:19] for column in COLUMNS[1:]))
    screen = console()
    screen.print(table)
    screen.print(f"{len(rows)} messages. Instants are in UTC.")

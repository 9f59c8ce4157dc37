"""The statements that planning is made of: claim due rhythms, insert their messages, move them on. Never commits.

What the rhythm's row says already is copied by the database; only what Python works out travels.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, String, bindparam, case, cast, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from store.given_rows import as_parameter, given
from store.models import Message, Rhythm
from store.reachable import medium_of

CLAIMED = (
    "next_due_at", "next_send_before", "next_kind", "next_series", "next_slot", "next_on", "anchor_on",
)  # fmt: skip
_OF_MESSAGE = (
    ("id", "uuid"), ("rhythm", "uuid"), ("key", "word"), ("lane", "number"), ("state", "word"), ("reason", "word"),
    ("period", "word"), ("medium", "word"), ("sender", "word"), ("send_before", "instant"),
    ("not_before", "instant"), ("late", "word"),
)  # fmt: skip
_OF_RHYTHM = (
    ("rhythm", "uuid"), ("next_kind", "word"), ("next_series", "word"), ("next_slot", "number"), ("next_on", "day"),
    ("next_due_at", "instant"), ("next_send_before", "instant"), ("next_why", "word"),
)  # fmt: skip
MOVES = tuple(name for name, _ in _OF_RHYTHM[1:])


def claim_due_rhythms(
    session: Session, media: Collection[str], columns: Sequence[str], now: datetime, limit: int
) -> Sequence[tuple[Any, ...]]:
    """Due rhythms, locked: their id, member's and cohort's as text, the medium that reaches the member, `CLAIMED`,
    and those `columns`. What another planner holds is left to it."""
    ids = (Rhythm.id, Rhythm.member_id, Rhythm.cohort_id)
    # On the connection: nothing is loaded into the session.
    return (
        session.connection()
        .execute(
            select(
                *(cast(column, String(36)) for column in ids),
                medium_of(Rhythm.member_id, media),
                *(getattr(Rhythm, name) for name in (*CLAIMED, *columns)),
            )
            .where(Rhythm.next_due_at <= now)
            .order_by(Rhythm.next_due_at, Rhythm.id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=Rhythm)
        )
        .all()
    )


def put_planned(session: Session, rows: Sequence[Mapping[str, object]], now: datetime) -> None:
    """Inserts the messages whose natural keys are new, and moves every rhythm of them on."""
    dialect = session.get_bind().dialect.name
    parameter: dict[str, object] = dict(as_parameter(dialect, rows))
    session.connection().execute(_messages(dialect), parameter | {"now": now})
    session.connection().execute(_moves(dialect), parameter)


@cache
def _messages(dialect: str) -> Executable:
    rows, rhythm = given(dialect, _OF_MESSAGE), Rhythm.__table__
    now, is_over = bindparam("now", type_=Message.created_at.type), rows.c.reason.is_not(None)
    values: dict[str, Any] = {
        "id": rows.c.id, "natural_key": rows.c.key, "kind": rhythm.c.next_kind, "lane": rows.c.lane,
        "state": rows.c.state, "reason": rows.c.reason, "member_id": rhythm.c.member_id,
        "cohort_id": rhythm.c.cohort_id, "group_id": rhythm.c.group_id, "slot": rhythm.c.next_slot,
        "period": rows.c.period, "moved": func.coalesce(rows.c.late, rhythm.c.next_why),
        "medium": rows.c.medium, "sender": rows.c.sender, "due_at": rhythm.c.next_due_at,
        "not_before": func.coalesce(rows.c.not_before, rhythm.c.next_due_at), "send_before": rows.c.send_before,
        "created_at": now, "settled_at": case((is_over, now)), "attempts": literal(0), "looks": literal(0),
    }  # fmt: skip
    source = select(*values.values()).where(rhythm.c.id == rows.c.rhythm)
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(Message).from_select([*values], source)
    return statement.on_conflict_do_nothing(index_elements=["natural_key"])


@cache
def _moves(dialect: str) -> Executable:
    rows = given(dialect, _OF_RHYTHM)
    return update(Rhythm).where(Rhythm.id == rows.c.rhythm).values({name: rows.c[name] for name in MOVES})

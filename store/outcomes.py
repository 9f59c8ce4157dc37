"""The statements that write what becomes of many messages at once: claimed, held, sent. Never commits.

Each changes only rows that are still in the state before it, whoever else has written meanwhile.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Update, bindparam, func, null, update
from sqlalchemy.orm import Session

from store.given_rows import as_parameter, given
from store.models import IS_DUE, IS_SENDING, Message

Rows = Sequence[Mapping[str, object]]
_INSTANT = Message.due_at.type


def mark_claimed(session: Session, rows: Rows, owner: str, until: datetime) -> None:
    """`sending` until then, by that owner. Rows: `row`, and of this attempt `address` and `body` (fingerprints),
    `batch`, `held`."""
    _write(session, _claimed, rows, owner_=owner, until_=until)


def mark_held(session: Session, rows: Rows) -> None:
    """What a rule says of rows that are due. Rows: `row`, `state`, `reason`, `until` (else as before), `settled`."""
    _write(session, _held, rows)


def mark_sent(session: Session, rows: Rows, owner: str, now: datetime) -> None:
    """The provider has taken what that owner was sending. Rows: `row`, `provider` (its id there)."""
    _write(session, _sent, rows, owner_=owner, now_=now)


def _write(session: Session, statement: Callable[[str], Update], rows: Rows, **values: object) -> None:
    if rows:
        dialect = session.get_bind().dialect.name
        session.connection().execute(statement(dialect), as_parameter(dialect, rows) | values)


@cache
def _claimed(dialect: str) -> Update:
    rows = given(
        dialect,
        (("row", "uuid"), ("address", "word"), ("body", "word"), ("batch", "word"), ("held", "instant")),
    )
    return (
        update(Message)
        .where(Message.id == rows.c.row, IS_DUE)
        .values(
            state="sending", reason=null(), attempts=Message.attempts + 1, looks=0, look_at=null(),
            address_index=rows.c.address, body_index=rows.c.body, batch_id=rows.c.batch, held_until=rows.c.held,
            owner=bindparam("owner_"), lease_until=bindparam("until_", type_=_INSTANT),
        )
    )  # fmt: skip


@cache
def _held(dialect: str) -> Update:
    rows = given(
        dialect,
        (
            ("row", "uuid"),
            ("state", "word"),
            ("reason", "word"),
            ("until", "instant"),
            ("settled", "instant"),
        ),
    )
    return (
        update(Message)
        .where(Message.id == rows.c.row, IS_DUE)
        .values(
            state=rows.c.state, reason=rows.c.reason, settled_at=rows.c.settled,
            not_before=func.coalesce(rows.c.until, Message.not_before),
        )
    )  # fmt: skip


@cache
def _sent(dialect: str) -> Update:
    rows = given(dialect, (("row", "uuid"), ("provider", "word")))
    return (
        update(Message)
        .where(Message.id == rows.c.row, IS_SENDING, Message.owner == bindparam("owner_"))
        .values(
            state="sent", provider_id=rows.c.provider, reason=null(), owner=null(), lease_until=null(),
            sent_at=bindparam("now_", type_=_INSTANT), settled_at=bindparam("now_", type_=_INSTANT),
        )
    )  # fmt: skip

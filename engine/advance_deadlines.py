"""Lets time act: support requests take their next step, sealed texts and links go, and who wrote what is forgotten."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, literal_column, select, update

from engine.advance_cases import advance_cases
from engine.care_for_supporters import ask_supporters
from engine.deployment import Deployment
from engine.forget_cases import forget_cases
from engine.provider_copies import delete_copies
from engine.supporter_meetings import remind_of_meetings
from store.models import Inbound, Link, UnclearReply

FORGOTTEN = ""
ROWS_AT_ONCE = 500
WORDS_REMEMBERED_FOR = timedelta(days=8)  # a CALL counts as an answer to a red for seven


def advance_deadlines(deployment: Deployment, now: datetime) -> int:
    """Does what is due by `now`; returns how many requests that touched."""
    touched = advance_cases(deployment, now)
    forget_cases(deployment, now)
    delete_copies(deployment, now)
    ask_supporters(deployment, now)
    remind_of_meetings(deployment, now)
    _forget(deployment, now)
    return touched


def _forget(deployment: Deployment, now: datetime) -> None:
    """Deletes what has expired, a stretch at a time, so that nobody waits long for the database. Of what came in,
    only the provider's id stays, against repeats: no colour, no cry for help, no number."""
    for model, key in ((UnclearReply, UnclearReply.id), (Link, Link.token_hash)):
        over = select(key).where(model.expires_at <= now).limit(ROWS_AT_ONCE)
        while _is_there(deployment, over):
            with deployment.database.writes.begin() as session:
                session.execute(delete(model).where(key.in_(over.scalar_subquery())))
            deployment.database.give_way()
    remembered = (
        select(Inbound.id)
        .where(
            Inbound.from_index != literal_column("''"),
            Inbound.state != "new",
            Inbound.received_at <= now - WORDS_REMEMBERED_FOR,
        )
        .limit(ROWS_AT_ONCE)
    )
    while _is_there(deployment, remembered):
        with deployment.database.writes.begin() as session:
            session.execute(
                update(Inbound)
                .where(Inbound.id.in_(remembered.scalar_subquery()))
                .values(intent=None, from_index=FORGOTTEN, body_index=FORGOTTEN, reply_token_hash=None)
            )
        deployment.database.give_way()


def _is_there(deployment: Deployment, rows: Select[Any]) -> bool:
    """Whether there is anything to do: looking costs no lock."""
    with deployment.database.reads() as session:
        return session.execute(rows.limit(1)).first() is not None

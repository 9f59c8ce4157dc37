"""Lets time act: support requests take their next step, sealed texts and links go, and who wrote what is forgotten."""

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from engine.advance_cases import advance_cases
from engine.care_for_supporters import ask_supporters
from engine.deployment import Deployment
from engine.forget_cases import forget_cases
from engine.provider_copies import delete_copies
from engine.supporter_meetings import remind_of_meetings
from store.models import Inbound, Link, UnclearReply

FORGOTTEN = ""
WORDS_REMEMBERED_FOR = timedelta(days=8)  # a CALL counts as an answer to a red for seven


def advance_deadlines(deployment: Deployment, now: datetime) -> int:
    """Does what is due by `now`; returns how many requests that touched."""
    touched = advance_cases(deployment, now)
    forget_cases(deployment, now)
    delete_copies(deployment, now)
    ask_supporters(deployment, now)
    remind_of_meetings(deployment, now)
    with deployment.database.writes.begin() as session:
        session.execute(delete(UnclearReply).where(UnclearReply.expires_at <= now))
        session.execute(delete(Link).where(Link.expires_at <= now))
        _forget_who_wrote_what(session, now)
    return touched


def _forget_who_wrote_what(session: Session, now: datetime) -> None:
    """Of what came in, only the provider's id stays, against repeats: no colour, no cry for help, no number."""
    session.execute(
        update(Inbound)
        .where(
            Inbound.state != "new",
            Inbound.from_index != FORGOTTEN,
            Inbound.received_at <= now - WORDS_REMEMBERED_FOR,
        )
        .values(intent=None, from_index=FORGOTTEN, body_index=FORGOTTEN, reply_token_hash=None)
    )

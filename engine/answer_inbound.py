"""Understands what came in and acts on it: crisis first, then who it is from, then what it says.

One transaction a message: its effects, its answer and the forgetting of its words happen together or not at all.
"""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.correspondent import Correspondent, identify
from engine.crisis_answers import crisis_answer
from engine.deployment import Deployment
from engine.flag_crisis import flag_crisis
from engine.opt_out import lift, silence, stop
from engine.outbox import Draft, put, sender_for
from engine.private_words import act_on_private_word
from engine.program_word import answer_program_word
from engine.receive import DRILL
from engine.replies_of_members import act_on
from nudges.replies import Intent, Understanding, understand
from store import audit
from store.models import Inbound

log = structlog.get_logger(__name__)
AT_ONCE = 100


def answer_inbound(deployment: Deployment, now: datetime) -> int:
    """Settles messages that wait, oldest first; returns how many it settled.

    One that fails does not stop the rest: it stays, and is tried again in the next round.
    """
    with deployment.database.reads() as session:
        waiting = session.scalars(
            select(Inbound.id)
            .where(Inbound.state == "new")
            .order_by(Inbound.received_at, Inbound.id)
            .limit(AT_ONCE)
        ).all()
    settled = 0
    for inbound_id in waiting:
        try:
            settled += answer_one(deployment, inbound_id, now) is not None
        except Exception as fault:  # noqa: BLE001  whatever ails this one, the next may be about a life
            log.error("inbound_failed", inbound=str(inbound_id), fault=type(fault).__name__)
    return settled


def answer_one(deployment: Deployment, inbound_id: UUID, now: datetime) -> Understanding | None:
    """Understands one message and does what it asks for; None when another node was quicker."""
    with deployment.database.writes.begin() as session:
        inbound = session.get(
            Inbound, inbound_id, with_for_update={"skip_locked": True}, populate_existing=True
        )
        if inbound is None or inbound.state != "new":
            return None
        correspondent = identify(session, deployment, inbound)
        understanding = understand(correspondent.text)
        _note_answer(correspondent, now)
        if not inbound.automatic:
            _answer(session, deployment, correspondent, understanding, now)
        _forget(inbound, understanding, now)
    deployment.wake(sender_for(deployment, inbound.medium))
    return understanding


def _answer(
    session: Session, deployment: Deployment, who: Correspondent, said: Understanding, now: datetime
) -> None:
    if said.intent is Intent.CRISIS:
        _silence_first(session, who, said, now)
        _answer_crisis(session, deployment, who, said, now)
    elif answer_program_word(session, deployment, who, now):
        return
    elif who.member is None:
        if Intent.STOP in (said.intent, *said.also):
            stop(
                session, deployment, medium=who.inbound.medium, address_index=who.inbound.from_index,
                member=None, now=now, how="reply",
            )  # fmt: skip
        elif said.intent is Intent.START:
            lift(session, medium=who.inbound.medium, address_index=who.inbound.from_index)
        return  # nothing that tells whether an address is enrolled
    elif not who.trusted and said.intent is not Intent.STOP:
        _silence_first(session, who, said, now)
        audit.record(session, at=now, actor="system", action="mail_token_refused", subject=None)
    elif said.intent is Intent.UNCLEAR and act_on_private_word(session, deployment, who, now):
        return
    else:
        _silence_first(session, who, said, now)
        act_on(session, deployment, who, said, now)
    if Intent.STOP in said.also and said.intent is not Intent.STOP:
        stop(
            session, deployment, medium=who.inbound.medium, address_index=who.inbound.from_index,
            member=who.member, now=now, how="reply",
        )  # fmt: skip


def _silence_first(session: Session, who: Correspondent, said: Understanding, now: datetime) -> None:
    """A STOP beside something else: its rows are locked before the trail is, which that else may write to."""
    if Intent.STOP in said.also:
        inbound = who.inbound
        silence(session, medium=inbound.medium, address_index=inbound.from_index, member=who.member, now=now)


def _answer_crisis(
    session: Session, deployment: Deployment, who: Correspondent, said: Understanding, now: datetime
) -> None:
    """From any address, known or not, stopped or not. A loop is not answered again, but still pages."""
    inbound = who.inbound
    incident = flag_crisis(
        session,
        deployment,
        about=said.about or "self",
        member=who.member,
        medium=inbound.medium,
        address=who.address,
        address_index=inbound.from_index,
        text=who.text,
        now=now,
        existing=who.incident,
        drill=inbound.provider == DRILL,
    )
    if who.is_crisis_loop or incident.drill:
        return
    kind, details = crisis_answer(session, deployment, incident, now)
    medium = inbound.medium
    if medium not in deployment.channels:
        log.error("crisis_answer_has_no_channel", medium=medium)
    put(
        session,
        deployment,
        Draft(
            key=f"answer:{inbound.id}",
            kind=kind,
            medium=medium,
            address=who.address,
            details=details,
            due_at=now,
        ),
        now,
    )


def _note_answer(who: Correspondent, now: datetime) -> None:
    """A sign of life; and that address is known to be read by somebody, so a buddy may be named there."""
    if who.member is None or not who.trusted or who.inbound.automatic:
        return
    who.member.heard_at = now
    for point in who.member.contacts:
        if point.medium == who.inbound.medium and point.answered_at is None:
            point.answered_at = now


def _forget(inbound: Inbound, understanding: Understanding, now: datetime) -> None:
    inbound.state = "ignored" if inbound.automatic else "done"
    inbound.intent = None if inbound.automatic else understanding.intent
    inbound.from_sealed = inbound.body_sealed = None
    inbound.settled_at = now

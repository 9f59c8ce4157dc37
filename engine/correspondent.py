"""Who wrote: the member, if there is one, and what is known of that address right now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.links import Purpose
from engine.recipients import suppressed
from nudges.replies import Intent
from store.members import contact_by_index
from store.models import Inbound, Incident, Link, Member, Suppression

LOOP_WINDOW = timedelta(hours=1)
MOST_ANSWERS = 12  # automatic answers to one address in an hour
MOST_CRISIS_ANSWERS = 5  # of those to cries for help, however much else was written
MOST_REPEATS = 4  # of one identical text in an hour: that is a machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondent:
    """The person behind an inbound message."""

    inbound: Inbound
    address: str
    text: str
    member: Member | None  # None: unknown, or a mail whose token is not this person's
    trusted: bool  # whether the message may change what is stored of the member
    asked_by: UUID | None  # the nudge whose reply address a mail was sent to
    is_suppressed: bool
    is_loop: bool  # no more answers to this
    is_crisis_loop: bool  # not even to a cry for help; it pages all the same
    incident: Incident | None  # the open one of this address or member


def identify(session: Session, deployment: Deployment, inbound: Inbound) -> Correspondent:
    """Reads the sealed message and finds whose it is. A mail is known by its reply token, never by From."""
    vault = deployment.vault
    if inbound.from_sealed is None or inbound.body_sealed is None:
        raise LookupError(f"inbound {inbound.id} was settled")
    point = contact_by_index(session, inbound.medium, inbound.from_index)
    if point is not None and is_disowned(session, inbound.medium, inbound.from_index):
        point = None  # somebody else reads there: what they write is not the member's
    member: Member | None = point.member if point else None
    trusted = point is not None
    asked_by: UUID | None = None
    if inbound.medium == "email":
        link = _reply_link(session, inbound)
        holder = session.get(Member, link.member_id) if link and link.member_id else None
        trusted = holder is not None and (member is None or member.id == holder.id)
        asked_by = link.message_id if link and trusted else None
        member = holder if trusted else member
    return Correspondent(
        inbound=inbound,
        address=vault.open(inbound.from_sealed, "inbound", "from", inbound.id),
        text=vault.open(inbound.body_sealed, "inbound", "body", inbound.id),
        member=member,
        trusted=trusted,
        asked_by=asked_by,
        is_suppressed=bool(suppressed(session, {(inbound.medium, inbound.from_index)})),
        is_loop=_is_loop(session, inbound),
        is_crisis_loop=_is_crisis_loop(session, inbound),
        incident=_open_incident(session, inbound, member),
    )


def is_disowned(session: Session, medium: str, index: str) -> bool:
    """Whether somebody has answered from there that it is not the member's."""
    listed = session.get(Suppression, (medium, index))
    return listed is not None and listed.reason == "wrong_person"


def _reply_link(session: Session, inbound: Inbound) -> Link | None:
    if inbound.reply_token_hash is None:
        return None
    return session.scalars(
        select(Link).where(
            Link.token_hash == inbound.reply_token_hash,
            Link.purpose == Purpose.REPLY,
            Link.expires_at > inbound.received_at,
        )
    ).one_or_none()


def _is_loop(session: Session, inbound: Inbound) -> bool:
    recent = _recent(inbound)
    same = recent.where(Inbound.body_index == inbound.body_index)
    many = (session.scalar(recent) or 0) >= MOST_ANSWERS
    return many or (session.scalar(same) or 0) >= MOST_REPEATS


def _is_crisis_loop(session: Session, inbound: Inbound) -> bool:
    """A person in need may write many short texts: only cries that were answered already count."""
    cries = _recent(inbound).where(Inbound.intent == Intent.CRISIS)
    return (session.scalar(cries) or 0) >= MOST_CRISIS_ANSWERS


def _recent(inbound: Inbound) -> Select[int]:
    since: datetime = inbound.received_at - LOOP_WINDOW
    return select(func.count()).where(
        Inbound.from_index == inbound.from_index,
        Inbound.received_at > since,
        Inbound.id != inbound.id,
        Inbound.state != "new",
    )


def _open_incident(session: Session, inbound: Inbound, member: Member | None) -> Incident | None:
    """Of their own words only: that somebody else raised an alarm about them must not show in our answers."""
    indexes = {inbound.from_index} | ({point.address_index for point in member.contacts} if member else set())
    return session.scalars(
        select(Incident)
        .where(Incident.from_index.in_(indexes), Incident.state != "closed")
        .order_by(Incident.opened_at.desc())
        .limit(1)
    ).first()

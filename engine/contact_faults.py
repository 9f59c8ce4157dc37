"""What a provider's verdict on an address means for the member: unusable, or opted out there."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from channels.channel import Outcome, OutcomeKind
from engine.deployment import Deployment
from engine.outbox import State
from nudges.kinds import policy_of
from store.inserting import insert_new
from store.members import address_of, contact_by_index
from store.models import ContactPoint, Message, Suppression


def mark_contact(session: Session, message: Message, outcome: Outcome, now: datetime) -> None:
    """Notes that the address which the last attempt went to cannot, or must not, be written to again."""
    if message.address_index is None:
        return
    if outcome.kind is OutcomeKind.SUPPRESSED:
        suppress(session, message.medium, message.address_index, now, "provider")
        return
    session.execute(
        update(ContactPoint)
        .where(
            ContactPoint.medium == message.medium,
            ContactPoint.address_index == message.address_index,
            ContactPoint.unusable_since.is_(None),
        )
        .values(unusable_since=now, unusable_code=outcome.code)
    )


def suppress(session: Session, medium: str, index: str, now: datetime, reason: str) -> None:
    """Puts an address on our list; twice is once, and the first reason stays."""
    row = {"medium": medium, "address_index": index, "since": now, "reason": reason}
    insert_new(session, Suppression, [row], ("medium", "address_index"))


def take_other_way(session: Session, deployment: Deployment, message: Message, kind: OutcomeKind) -> None:
    """Sends the message on by the member's other channel where this one is unusable.

    A crisis answer goes on as well where the provider has its own STOP on that number.
    """
    urgent = policy_of(message.kind).unstoppable
    if kind is not OutcomeKind.UNUSABLE and not (urgent and kind is OutcomeKind.SUPPRESSED):
        return
    if message.member_id is None:
        medium = _readdress(session, deployment, message) if urgent else None
    else:
        medium = other_medium(session, deployment, message)
    if medium is not None:
        message.medium, message.sender = medium, deployment.channels[medium].sender
        message.state, message.settled_at, message.attempts = State.DUE, None, 0
        message.provider_status = None  # of the first way


def _readdress(session: Session, deployment: Deployment, message: Message) -> str | None:
    """Gives what was addressed to whoever wrote another address of the same member; the medium, or None."""
    index = message.address_index
    known = contact_by_index(session, message.medium, index) if index and message.staff_id is None else None
    for point in known.member.contacts if known else ():
        if (
            point.medium in deployment.channels
            and point.medium != message.medium
            and not point.unusable_since
        ):
            address = address_of(deployment.vault, point)
            message.address_sealed = deployment.vault.seal(address, "message", "address", message.id)
            return point.medium
    return None


def other_medium(session: Session, deployment: Deployment, message: Message) -> str | None:
    """Another way to the same member that is set up, consented to and usable; None where there is none."""
    if message.member_id is None:
        return None
    points = session.scalars(
        select(ContactPoint).where(
            ContactPoint.member_id == message.member_id,
            ContactPoint.medium != message.medium,
            ContactPoint.consented,
            ContactPoint.unusable_since.is_(None),
        )
    )
    return next((p.medium for p in points if p.medium in deployment.channels), None)

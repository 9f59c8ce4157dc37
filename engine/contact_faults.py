"""What a provider's verdict on an address means for the member: unusable, or opted out there."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from channels.channel import Outcome, OutcomeKind
from engine.deployment import Deployment
from store.inserting import insert_new
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

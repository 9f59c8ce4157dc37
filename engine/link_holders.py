"""Whose a member's link is, and how an act by link may end. Looking changes nothing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from engine.confirm_address import settles_until
from engine.deployment import Deployment
from engine.links import LIFETIMES, Bearer, Purpose, issue, resolve
from store.members import contact_by_index
from store.models import Link, Member, Message
from store.sealing import token_hash


class Done(StrEnum):
    """How an act ended."""

    NEW = "new"
    ALREADY = "already"  # it had been recorded before; nothing was changed
    ADDED = "added"  # the request was there; what was written was added to it
    NOTHING = "nothing"  # there is nothing to record it for
    NO_LINK = "no_link"  # the token stands for nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkHolder:
    """Whom a good token of the support page stands for."""

    bearer: Bearer
    member: Member


def holder_of(session: Session, token: str, now: datetime) -> LinkHolder | None:
    """The member behind a token of the support page; None for one that is garbled, over, or of another kind."""
    bearer = resolve(session, token, Purpose.SUPPORT, now)
    if bearer is None or bearer.member_id is None:
        return None
    member = session.get(Member, bearer.member_id)
    return LinkHolder(bearer=bearer, member=member) if member else None


def member_of_link(deployment: Deployment, token: str, purpose: Purpose, now: datetime) -> UUID | None:
    """Whose link of that kind it is. A member link works until it is over: a member has no other way back."""
    with deployment.database.reads() as session:
        bearer = resolve(session, token, purpose, now)
        if bearer is None or (purpose == Purpose.MEMBER and _went_to_fresh_address(session, bearer, now)):
            return None
        return bearer.member_id


def member_of_fresh_support_link(deployment: Deployment, token: str, now: datetime) -> UUID | None:
    """Whose page a support link opens: one that is no older than a member link may be."""
    with deployment.database.reads() as session:
        bearer = resolve(session, token, Purpose.SUPPORT, now)
        link = session.get(Link, token_hash(token)) if bearer else None
        is_fresh = link is not None and now - link.created_at <= LIFETIMES[Purpose.MEMBER]
        if bearer is None or _went_to_fresh_address(session, bearer, now):
            return None
        return link.member_id if link and is_fresh else None


def _went_to_fresh_address(session: Session, bearer: Bearer, now: datetime) -> bool:
    """Whether the link went out to an address that was put on the member's page lately, which opens no page yet."""
    message = session.get(Message, bearer.message_id) if bearer.message_id else None
    if message is None or message.address_index is None:
        return False
    point = contact_by_index(session, message.medium, message.address_index)
    return point is not None and settles_until(point, now) is not None


def support_link(deployment: Deployment, member_id: UUID, now: datetime) -> str:
    """A fresh token of the support page for that member."""
    with deployment.database.writes.begin() as session:
        return issue(session, Purpose.SUPPORT, now=now, member_id=member_id)

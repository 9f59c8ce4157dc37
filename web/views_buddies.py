"""A member's buddies as that member may see them: names, and how to reach those who share it."""

from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from engine.deployment import Deployment
from nudges.languages import translator
from store.members import address_of, name_of
from store.models import GroupPlace, Member

GREETING = "Hi {buddy}, thinking of you. How are you, really? Do you have ten minutes this week?"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuddyShown:
    """One buddy. The links are ready to tap: a call, a text or a mail that begins by itself."""

    id: UUID
    name: str
    first: str
    phone: str  # empty where it is not shared
    email: str
    sms_href: str
    mail_href: str

    @property
    def is_reachable(self) -> bool:
        """Whether there is a way to them on this page."""
        return bool(self.phone or self.email)


def buddies_shown(
    session: Session, deployment: Deployment, reader: Member, group_id: UUID
) -> list[BuddyShown]:
    """The others in that group, as the reader may see them; a friend from outside sees first names only."""
    others = session.scalars(
        select(Member)
        .join(GroupPlace, GroupPlace.member_id == Member.id)
        .where(GroupPlace.group_id == group_id, GroupPlace.active, Member.id != reader.id)
        .order_by(Member.ref)
        .options(selectinload(Member.contacts))
    )
    return [_shown(deployment, reader, other) for other in others]


def seen_name(deployment: Deployment, reader: Member, other: Member) -> str:
    """The other's name as the reader may see it: between inside and outside, the first one only."""
    name = name_of(deployment.vault, other)
    return name.split(" ")[0] if reader.is_outside or other.is_outside else name


def _shown(deployment: Deployment, reader: Member, other: Member) -> BuddyShown:
    name = name_of(deployment.vault, other)
    first = name.split(" ")[0]
    held = {
        point.medium: address_of(deployment.vault, point)
        for point in other.contacts
        if other.shares_contact and point.unusable_since is None
    }
    words = translator(reader.language or deployment.program.language)(GREETING).format(buddy=first)
    phone, email = held.get("sms", ""), held.get("email", "")
    return BuddyShown(
        id=other.id,
        name=seen_name(deployment, reader, other),
        first=first,
        phone=phone,
        email=email,
        sms_href=f"sms:{phone}?&body={quote(words)}" if phone else "",
        mail_href=f"mailto:{quote(email, safe='@')}?body={quote(words)}" if email else "",
    )

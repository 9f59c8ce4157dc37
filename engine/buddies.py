"""The names of a reader's buddies, for the texts that may name them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.outbox import Entry
from engine.recipients import Recipient
from engine.why_together import told_to_them
from nudges.languages import translator
from store.models import BuddyGroup, ContactPoint, GroupPlace, Member

UNNAMED = "your buddy"


def first_name(name: str) -> str:
    """The first word of a name."""
    return name.split(" ")[0] if name else ""


@dataclass(frozen=True, slots=True)
class _Place:
    group_id: UUID
    member_id: UUID
    ref: str
    name_sealed: bytes | None
    is_outside: bool
    shares_contact: bool


class Buddies:
    """Who is in a group with whom, for a batch of messages: a few queries, however many there are."""

    def __init__(self, session: Session, deployment: Deployment, messages: Sequence[Entry]) -> None:
        self._vault = deployment.vault
        self._language = deployment.program.language
        self._names: dict[UUID, str] = {}
        groups = {message.group_id for message in messages if message.group_id}
        self._places = _places(session, groups)
        self._common = _common(session, groups)
        sharing = {
            place.member_id for places in self._places.values() for place in places if place.shares_contact
        }
        self._contacts = _contacts(session, deployment, sharing)

    def fields(self, message: Entry, reader: Recipient) -> dict[str, str]:
        """The fields that speak of buddies; a number that has never answered learns no name."""
        fields = {"buddy": UNNAMED, "buddies": UNNAMED, "reasons": "", "contacts": ""}
        group, member = message.group_id, reader.member
        if group is None or member is None:
            return fields
        if message.medium == "sms" and not reader.has_answered:
            return fields
        others = [place for place in self._places.get(group, ()) if place.member_id != member.id]
        names = [self._shown(place, apart=member.is_outside) for place in others]
        if names:
            fields["buddy"] = " and ".join(first_name(name) for name in names)
            fields["buddies"] = " and ".join(names)
        fields["contacts"] = "\n".join(
            f"{first_name(self._name(place))}: {', '.join(self._contacts.get(place.member_id, ()))}"
            for place in others
            if place.shares_contact
        )
        if group in self._common:
            say = translator(member.language or self._language)
            fields["reasons"] = "\n".join(told_to_them(self._vault, self._common[group], group, say))
        return fields

    def _shown(self, place: _Place, *, apart: bool) -> str:
        """The name as the reader may see it: between organizations, the first one only."""
        name = self._name(place)
        return first_name(name) if place.is_outside or apart else name

    def _name(self, place: _Place) -> str:
        found = self._names.get(place.member_id)
        if found is None:
            sealed = place.name_sealed
            found = self._vault.open(sealed, "member", "name", place.member_id) if sealed else place.ref
            self._names[place.member_id] = found
        return found


def _places(session: Session, groups: set[UUID]) -> dict[UUID, list[_Place]]:
    found: dict[UUID, list[_Place]] = {}
    if not groups:
        return found
    rows = session.execute(
        select(
            GroupPlace.group_id,
            Member.id,
            Member.ref,
            Member.name_sealed,
            Member.is_outside,
            Member.shares_contact,
        )
        .join(Member, Member.id == GroupPlace.member_id)
        .where(GroupPlace.group_id.in_(groups), GroupPlace.active)
        .order_by(Member.ref)
    )
    for row in rows:
        found.setdefault(row[0], []).append(_Place(*row))
    return found


def _common(session: Session, groups: set[UUID]) -> dict[UUID, bytes]:
    if not groups:
        return {}
    rows = session.execute(
        select(BuddyGroup.id, BuddyGroup.common_sealed).where(
            BuddyGroup.id.in_(groups), BuddyGroup.common_sealed.is_not(None)
        )
    )
    return {group: sealed for group, sealed in rows if sealed}


def _contacts(session: Session, deployment: Deployment, members: set[UUID]) -> dict[UUID, list[str]]:
    """How to reach those members, in the order of media."""
    found: dict[UUID, list[str]] = {}
    if not members:
        return found
    rows = session.execute(
        select(ContactPoint.member_id, ContactPoint.id, ContactPoint.address_sealed)
        .where(ContactPoint.member_id.in_(members))
        .order_by(ContactPoint.medium)
    )
    for member, point, sealed in rows:
        address = deployment.vault.open(sealed, "contact_point", "address", point)
        found.setdefault(member, []).append(address)
    return found

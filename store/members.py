"""Reads and writes members, their exclusions and their agreements. Never commits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session, selectinload

from store.models import Agreement, ContactPoint, Exclusion, Member, NeverWish, new_id
from store.sealing import Vault

Attributes = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMember:
    """What an import needs to know of a member that is there already."""

    id: UUID
    attributes: Attributes
    contacts: Mapping[str, tuple[UUID, str, bool]]  # medium -> id, address index, consented


def attributes_of(vault: Vault, member: Member) -> Attributes:
    """Attribute -> values, unsealed."""
    sealed = vault.open_json(member.attributes_sealed, "member", "attributes", member.id)
    return cast("Attributes", sealed)


def name_of(vault: Vault, member: Member) -> str:
    """The member's name, or the ref where no name was given."""
    if member.name_sealed is None:
        return member.ref
    return vault.open(member.name_sealed, "member", "name", member.id)


def emergency_contact_of(vault: Vault, member: Member) -> tuple[str, str]:
    """Name and number of whom a responder may call for the member; empty where nobody was named."""
    if member.emergency_sealed is None:
        return "", ""
    name, _, phone = vault.open(member.emergency_sealed, "member", "emergency", member.id).rpartition(", ")
    return name, phone


def seal_emergency_contact(vault: Vault, member: Member, name: str, phone: str) -> None:
    """Keeps both as "name, number", or nothing where either is missing."""
    words = f"{name.strip()}, {phone.strip()}" if name.strip() and phone.strip() else ""
    member.emergency_sealed = vault.seal(words, "member", "emergency", member.id) if words else None


def address_of(vault: Vault, point: ContactPoint) -> str:
    """The number or mail address of a contact point."""
    return vault.open(point.address_sealed, "contact_point", "address", point.id)


def stored_members(session: Session, vault: Vault) -> dict[str, StoredMember]:
    """Every member by ref."""
    members = session.scalars(select(Member).options(selectinload(Member.contacts)))
    return {
        member.ref: StoredMember(
            id=member.id,
            attributes=attributes_of(vault, member),
            contacts={
                point.medium: (point.id, point.address_index, point.consented) for point in member.contacts
            },
        )
        for member in members
    }


def member_by_ref(session: Session, ref: str) -> Member | None:
    """The member with the organisation's id."""
    return session.execute(select(Member).where(Member.ref == ref)).scalar_one_or_none()


def contact_by_index(session: Session, medium: str, index: str) -> ContactPoint | None:
    """The contact point with that fingerprint, its member loaded."""
    return session.execute(
        select(ContactPoint)
        .where(ContactPoint.medium == medium, ContactPoint.address_index == index)
        .options(selectinload(ContactPoint.member).selectinload(Member.contacts))
    ).scalar_one_or_none()


def _pair_index(vault: Vault, kind: str, members: Iterable[UUID]) -> str:
    return vault.index("|".join(sorted(str(member) for member in members)), f"together:{kind}")


def is_excluded(session: Session, vault: Vault, one: UUID, other: UUID) -> bool:
    """Whether the two are never brought together."""
    index = _pair_index(vault, "never", (one, other))
    if session.execute(select(Exclusion.id).where(Exclusion.pair_index == index)).first() is not None:
        return True
    wished = select(NeverWish.id).join(ContactPoint, ContactPoint.address_index == NeverWish.address_index)
    between = or_(
        and_(NeverWish.member_id == one, ContactPoint.member_id == other),
        and_(NeverWish.member_id == other, ContactPoint.member_id == one),
    )
    return session.execute(wished.where(between).limit(1)).first() is not None


class PairKeeper:
    """Writes who is never, or gladly, together. Ids are sealed; a fingerprint keeps each set single."""

    def __init__(self, vault: Vault, now: datetime) -> None:
        self._vault = vault
        self._now = now

    def _index(self, kind: str, members: Iterable[UUID]) -> str:
        return _pair_index(self._vault, kind, members)

    def exclude(self, session: Session, one: UUID, other: UUID) -> bool:
        """Keeps the two apart; False when they were already."""
        if is_excluded(session, self._vault, one, other):
            return False
        index = self._index("never", (one, other))
        row = new_id()
        sealed = self._vault.seal_json(sorted([str(one), str(other)]), "exclusion", "members", row)
        session.add(Exclusion(id=row, pair_index=index, members_sealed=sealed, created_at=self._now))
        session.flush()
        return True

    def allow(self, session: Session, one: UUID, other: UUID) -> bool:
        """Lifts an exclusion; False when there was none."""
        index = self._index("never", (one, other))
        removed = session.execute(
            delete(Exclusion).where(Exclusion.pair_index == index).returning(Exclusion.id)
        )
        return removed.first() is not None

    def agree(self, session: Session, kind: str, members: Sequence[UUID]) -> bool:
        """Notes a group that asked to be buddies ("buddy") or stays together ("lock")."""
        index = self._index(kind, members)
        if session.execute(select(Agreement.id).where(Agreement.group_index == index)).first():
            return False
        row = new_id()
        sealed = self._vault.seal_json(sorted(str(m) for m in members), "agreement", "members", row)
        agreement = Agreement(
            id=row, kind=kind, group_index=index, members_sealed=sealed, created_at=self._now
        )
        session.add(agreement)
        session.flush()
        return True

    def disagree(self, session: Session, kind: str, members: Sequence[UUID]) -> bool:
        """Forgets such a group; False when there was none."""
        index = self._index(kind, members)
        removed = session.execute(
            delete(Agreement).where(Agreement.group_index == index).returning(Agreement.id)
        )
        return removed.first() is not None


def exclusions(session: Session, vault: Vault) -> Iterator[frozenset[UUID]]:
    """Every pair that is never brought together."""
    for row in session.scalars(select(Exclusion)):
        named = cast("list[str]", vault.open_json(row.members_sealed, "exclusion", "members", row.id))
        yield frozenset(UUID(one) for one in named)
    wished = select(NeverWish.member_id, ContactPoint.member_id).join(
        ContactPoint, ContactPoint.address_index == NeverWish.address_index
    )
    for one, other in session.execute(wished):
        if one != other:
            yield frozenset((one, other))


def agreements(session: Session, vault: Vault) -> Iterator[frozenset[UUID]]:
    """Every group that is kept or asked to be together, oldest first."""
    for row in session.scalars(select(Agreement).order_by(Agreement.created_at, Agreement.id)):
        named = cast("list[str]", vault.open_json(row.members_sealed, "agreement", "members", row.id))
        yield frozenset(UUID(one) for one in named)

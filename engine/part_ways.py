"""A change of buddies, and "never with…": asked in private, told to nobody. The coordinator sees a pairing to look at,
not who asked, nor why."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.handlers import coordinators_for
from engine.staff import notify
from store.addresses import index_form, normal
from store.cohorts import active_group_of
from store.inserting import insert_new
from store.members import PairKeeper
from store.models import BuddyGroup, GroupPlace, Member, NeverWish, Rematch, new_id


def ask_for_change(deployment: Deployment, member_id: UUID, now: datetime) -> bool:
    """Somebody else as a buddy, please; False when that was asked already."""
    with deployment.database.writes.begin() as session:
        return note_change(session, deployment, session.get_one(Member, member_id), now)


def note_change(session: Session, deployment: Deployment, member: Member, now: datetime) -> bool:
    """The same within a transaction. Not on the trail: it would say who asked."""
    row = {"id": new_id(), "member_id": member.id, "asked_at": now}
    if not insert_new(session, Rematch, [row], ("member_id",)):
        return False
    people = coordinators_for(session, deployment, member)
    notify(
        session, deployment, people, kind="rematch_notice", key=f"rematch:{member.id}:{row['id']}", now=now,
        details={"path": "/groups"},
    )  # fmt: skip
    return True


def take_back_change(deployment: Deployment, member_id: UUID) -> None:
    """As if it had never been asked."""
    with deployment.database.writes.begin() as session:
        session.execute(delete(Rematch).where(Rematch.member_id == member_id))


def has_asked(session: Session, member_id: UUID) -> bool:
    """Whether the member's own wish for a change is open."""
    return session.scalar(select(Rematch.id).where(Rematch.member_id == member_id)) is not None


def known_buddies(session: Session, member_id: UUID) -> set[UUID]:
    """Everybody the member is or was in a group with: the only people who can be named from a list."""
    groups = (
        select(GroupPlace.group_id)
        .join(BuddyGroup, BuddyGroup.id == GroupPlace.group_id)
        .where(GroupPlace.member_id == member_id, BuddyGroup.started_at.is_not(None))  # no draft's
    )
    return set(
        session.scalars(
            select(GroupPlace.member_id).where(
                GroupPlace.group_id.in_(groups), GroupPlace.member_id != member_id
            )
        )
    )


def never_with(deployment: Deployment, member_id: UUID, other_id: UUID, now: datetime) -> None:
    """Never again with that buddy, present or past; from a present one a change is asked for. Others are ignored."""
    with deployment.database.writes.begin() as session:
        if other_id not in known_buddies(session, member_id):
            return
        PairKeeper(deployment.vault, now).exclude(session, member_id, other_id)
        group = active_group_of(session, member_id)
        if group is not None and any(p.member_id == other_id and p.active for p in group.places):
            note_change(session, deployment, session.get_one(Member, member_id), now)


def never_with_address(deployment: Deployment, member_id: UUID, text: str, now: datetime) -> None:
    """Never with whoever has that number or address, whether they take part now, later, or not at all.

    Raises BadAddress. Nothing tells whether somebody has it.
    """
    medium = "email" if "@" in text else "sms"
    address = normal(medium, text)
    index = deployment.vault.index(index_form(medium, address), medium)
    with deployment.database.writes.begin() as session:
        row = {"id": new_id(), "member_id": member_id, "address_index": index, "at": now}
        insert_new(session, NeverWish, [row], ("member_id", "address_index"))

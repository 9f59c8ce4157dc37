"""Keep, new or add: what members wish of their group, sealed, and what it means for the next round.

A group stays out of the rotation when everybody in it wishes to stay; one NEW lets it go on to somebody new. Nobody
learns who wished what.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from engine.deployment import Deployment
from store.cohorts import active_group_of
from store.models import BuddyGroup, KeepWish, Member, new_id
from store.sealing import Vault


class Choice(StrEnum):
    """What a member wishes of a group."""

    KEEP = "keep"
    NEW = "new"
    ADD = "add"  # stay, and a third is welcome


PAIR = 2
ANSWERS = {Choice.KEEP: "kept", Choice.NEW: "new_asked", Choice.ADD: "add_asked"}


def wish(deployment: Deployment, member_id: UUID, choice: Choice, now: datetime) -> bool:
    """Notes it for the member's group; False where there is none. A later wish replaces an earlier one."""
    with deployment.database.writes.begin() as session:
        return note_wish(session, deployment, session.get_one(Member, member_id), choice, now)


def note_wish(
    session: Session, deployment: Deployment, member: Member, choice: Choice, now: datetime
) -> bool:
    """The same within a transaction. Not on the trail: it would say who asked."""
    group = active_group_of(session, member.id)
    if group is None:
        return False
    row = session.scalars(
        select(KeepWish).where(KeepWish.group_id == group.id, KeepWish.member_id == member.id)
    ).one_or_none()
    if row is None:
        row = KeepWish(id=new_id(), group_id=group.id, member_id=member.id, choice_sealed=b"", at=now)
        session.add(row)
    row.at = now
    row.choice_sealed = deployment.vault.seal(choice, "keep_wish", "choice", row.id)
    return True


def own_wish(session: Session, vault: Vault, group_id: UUID, member_id: UUID) -> Choice | None:
    """What that member said of that group, for their own eyes."""
    row = session.scalars(
        select(KeepWish).where(KeepWish.group_id == group_id, KeepWish.member_id == member_id)
    ).one_or_none()
    return Choice(vault.open(row.choice_sealed, "keep_wish", "choice", row.id)) if row else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """What a cohort's members wish of its next round, as groups."""

    locks: tuple[frozenset[UUID], ...]  # who are to stay together
    welcoming: tuple[frozenset[UUID], ...]  # those of them who are two, and both would like a third


def wishes_of(session: Session, vault: Vault, cohort_id: UUID, agreed: Sequence[frozenset[UUID]]) -> Wished:
    """Who is to stay together: the agreements, without those that somebody in a group wishes to leave, and the
    groups that everybody in them wishes to keep. A third comes only where both would like one: from one who came
    otherwise the other would learn who had asked."""
    kept: list[frozenset[UUID]] = []
    left: list[frozenset[UUID]] = []
    adding: list[frozenset[UUID]] = []
    for group in _asked_groups(session, cohort_id):
        members = frozenset(place.member_id for place in group.places if place.active)
        said = {one: own_wish(session, vault, group.id, one) for one in members}
        if Choice.NEW in said.values():
            left.append(members)
        elif None not in said.values():
            kept.append(members)
            if set(said.values()) == {Choice.ADD}:
                adding.append(members)
    stays = [one for one in agreed if not any(one <= members for members in left)]
    stays += [one for one in kept if one in adding or not any(one & other for other in stays)]
    apart = [one for one in adding if not any(one & other for other in stays if not other <= one)]
    return Wished(locks=tuple(stays), welcoming=tuple(one for one in apart if len(one) == PAIR))


def _asked_groups(session: Session, cohort_id: UUID) -> Sequence[BuddyGroup]:
    return session.scalars(
        select(BuddyGroup)
        .where(
            BuddyGroup.cohort_id == cohort_id,
            BuddyGroup.state == "active",
            BuddyGroup.id.in_(select(KeepWish.group_id)),
        )
        .order_by(BuddyGroup.id)
        .options(selectinload(BuddyGroup.places))
    ).all()

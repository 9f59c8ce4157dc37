"""Active groups a page at a time, searched by a name or id in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from store.members import name_of
from store.models import BuddyGroup, Cohort, GroupPlace, Member
from web.views_check_ins import GroupShown, groups_shown

A_PAGE = 50
MOST_SEARCHED = 20_000  # names are sealed, so a search opens them one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupList:
    """One page of the active groups."""

    rows: list[GroupShown]
    total: int
    page: int
    pages: int


def group_list(
    session: Session, deployment: Deployment, now: datetime, *, q: str = "", page: int = 1
) -> GroupList:
    """Active groups by cohort and first member's id, a page of them; with words, those where somebody's name or id
    holds every one of them."""
    first = func.min(Member.ref)
    query = (
        select(BuddyGroup.id)
        .join(Cohort, Cohort.id == BuddyGroup.cohort_id)
        .join(GroupPlace, and_(GroupPlace.group_id == BuddyGroup.id, GroupPlace.active))
        .join(Member, Member.id == GroupPlace.member_id)
        .where(BuddyGroup.state == "active")
        .group_by(BuddyGroup.id, Cohort.name)
        .order_by(Cohort.name, first, BuddyGroup.id)
    )
    ids = list(session.scalars(query))
    if words := q.casefold().split():
        named = _groups_with(session, deployment, words)
        ids = [one for one in ids if one in named]
    pages = max(1, -(-len(ids) // A_PAGE))
    page = min(max(page, 1), pages)
    chosen = ids[(page - 1) * A_PAGE : page * A_PAGE]
    shown = {one.id: one for one in groups_shown(session, deployment, now, ids=set(chosen))} if chosen else {}
    return GroupList(rows=[shown[one] for one in chosen], total=len(ids), page=page, pages=pages)


def _groups_with(session: Session, deployment: Deployment, words: Sequence[str]) -> set[UUID]:
    """Groups with a member whose name or id holds every word. Names are sealed, so each is opened."""
    rows = session.execute(
        select(GroupPlace.group_id, Member)
        .join(Member, Member.id == GroupPlace.member_id)
        .where(GroupPlace.active)
        .limit(MOST_SEARCHED)
    )
    return {
        group
        for group, member in rows
        if all(word in f"{member.ref} {name_of(deployment.vault, member)}".casefold() for word in words)
    }

"""Which groups checked in in which week: active or quiet. What was answered is nobody's to read, nor any colour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from engine.deployment import Deployment
from engine.plan_nudges import period_of
from engine.why_together import reasons_of
from nudges.clock import zone_of
from store.members import name_of
from store.models import BuddyGroup, CheckIn, Cohort, GroupPlace, Member, Rematch, Round

WEEKS_SHOWN = 6
LATEST_SHOWN = 6
QUIET_AFTER = timedelta(days=21)  # three silent weeks


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One ISO week as a column."""

    period: str  # "2026-W48"
    label: str  # "W48"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupShown:
    """An active group as a coordinator sees it."""

    id: UUID
    cohort: str
    round: int
    names: tuple[str, ...]
    member_ids: tuple[UUID, ...]
    started_at: datetime | None
    activity: str  # active, quiet, new, reminders only
    weeks: tuple[str, ...]  # checked in, no answer, before, not asked; oldest first
    reasons: tuple[str, ...]
    is_up_for_review: bool  # somebody of it asked for a change; nobody learns who


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestShown:
    """A group that checked in; what it answered is not said."""

    names: tuple[str, ...]
    at: datetime


def weeks(deployment: Deployment, now: datetime, count: int = WEEKS_SHOWN) -> list[Week]:
    """The last weeks, oldest first, this week last."""
    today = now.astimezone(zone_of(deployment.program.zone)).date()
    days = [today - timedelta(days=7 * back) for back in reversed(range(count))]
    return [Week(period=period_of(one), label=period_of(one)[5:]) for one in days]


def groups_shown(
    session: Session, deployment: Deployment, now: datetime, *, ids: set[UUID] | None = None
) -> list[GroupShown]:
    """Every active group (or those of `ids`), by cohort and first name in it."""
    query = (
        select(BuddyGroup, Cohort.name, Round.number)
        .join(Cohort, Cohort.id == BuddyGroup.cohort_id)
        .outerjoin(Round, Round.id == BuddyGroup.round_id)
        .where(BuddyGroup.state == "active")
        .options(selectinload(BuddyGroup.places))
    )
    if ids is not None:
        query = query.where(BuddyGroup.id.in_(ids))
    found = session.execute(query).all()
    members = _members_in(session, {group.id for group, _, _ in found})
    answers = _answers(session, deployment, {group.id for group, _, _ in found}, now)
    asked = set(session.scalars(select(Rematch.member_id).where(Rematch.member_id.in_(members))))
    shown = [
        _shown(deployment, group, (cohort, number or 0), members, answers.get(group.id, set()), asked, now)
        for group, cohort, number in found
    ]
    return sorted(shown, key=lambda one: (one.cohort, one.names))


def _shown(
    deployment: Deployment,
    group: BuddyGroup,
    round_of: tuple[str, int],  # cohort, number
    members: Mapping[UUID, Member],
    answers: set[str],
    asked: set[UUID],
    now: datetime,
) -> GroupShown:
    inside = [members[place.member_id] for place in group.places if place.active]
    inside.sort(key=lambda member: member.ref)
    columns = weeks(deployment, now)
    only_reminded = any(member.mode == "remind" for member in inside)
    since = period_of(group.started_at.date()) if group.started_at else ""
    return GroupShown(
        id=group.id,
        cohort=round_of[0],
        round=round_of[1],
        names=tuple(
            "somebody from outside" if member.is_outside else name_of(deployment.vault, member)
            for member in inside
        ),
        member_ids=tuple(member.id for member in inside),
        started_at=group.started_at,
        activity=_activity(group, only_reminded, answers, columns, now),
        weeks=tuple(_cell(week.period, answers, since, only_reminded) for week in columns),
        reasons=reasons_of(deployment.vault, group),
        is_up_for_review=any(member.id in asked for member in inside),
    )


def latest_check_ins(session: Session, deployment: Deployment, now: datetime) -> list[LatestShown]:
    """The newest answers of active groups, by group; of a group that is only reminded, none."""
    rows = session.execute(
        select(CheckIn.group_id, CheckIn.at)
        .join(BuddyGroup, BuddyGroup.id == CheckIn.group_id)
        .where(BuddyGroup.state == "active", CheckIn.at <= now)
        .order_by(CheckIn.at.desc())
        .limit(LATEST_SHOWN)
    ).all()
    ids = {group for group, _ in rows}
    groups = {one.id: one for one in groups_shown(session, deployment, now, ids=ids)} if ids else {}
    return [
        LatestShown(names=groups[group].names, at=at)
        for group, at in rows
        if group in groups and groups[group].activity != "reminders only"
    ]


def _cell(period: str, answers: set[str], since: str, only_reminded: bool) -> str:
    if only_reminded:
        return "not asked"
    if period in answers:
        return "checked in"
    return "before" if period < since else "no answer"


def _activity(
    group: BuddyGroup,
    only_reminded: bool,
    answers: set[str],
    columns: Sequence[Week],
    now: datetime,
) -> str:
    if only_reminded:
        return "reminders only"
    if any(week.period in answers for week in columns[-3:]):
        return "active"
    is_new = group.started_at is not None and now - group.started_at < QUIET_AFTER
    return "new" if is_new else "quiet"


def _members_in(session: Session, groups: set[UUID]) -> dict[UUID, Member]:
    rows = session.scalars(
        select(Member)
        .join(GroupPlace, GroupPlace.member_id == Member.id)
        .where(GroupPlace.group_id.in_(groups), GroupPlace.active)
    )
    return {member.id: member for member in rows}


def _answers(
    session: Session, deployment: Deployment, groups: set[UUID], now: datetime
) -> dict[UUID, set[str]]:
    """Group -> the weeks in which it answered, whatever it said."""
    periods = [week.period for week in weeks(deployment, now)]
    rows = session.execute(
        select(CheckIn.group_id, CheckIn.period).where(
            CheckIn.group_id.in_(groups), CheckIn.period.in_(periods)
        )
    )
    found: dict[UUID, set[str]] = {}
    for group, period in rows:
        found.setdefault(group, set()).add(period)
    return found

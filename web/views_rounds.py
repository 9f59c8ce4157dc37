"""The rounds of each cohort: what runs, what waits for review, what was. Decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.mend_round import MendingNeeded, mending_needed
from engine.review_round import GroupReview, RoundReview, Seat
from nudges.cadence import zone_of
from store.models import BuddyGroup, Cohort, CohortMember, Round

SHOWN = 12  # rounds of a cohort
A_PAGE = 100  # groups of a round


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundShown:
    """One round in a list."""

    id: UUID
    number: int
    state: str  # draft, running, ended, undone
    groups: int
    planned_at: datetime
    published_at: datetime | None
    ends_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortRounds:
    """A cohort with its rounds, the newest first."""

    id: UUID
    name: str
    members: int
    rounds: Sequence[RoundShown]
    running: RoundShown | None
    has_time_left: bool  # the running round has not run its full time
    needed: MendingNeeded | None  # what could be mended in the running round

    @property
    def drafts(self) -> list[RoundShown]:
        """Those that wait for review."""
        return [each for each in self.rounds if each.state == "draft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsOfPage:
    """Some of the groups under review."""

    rows: Sequence[GroupReview]
    page: int
    pages: int


def groups_of_page(review: RoundReview, page: int) -> GroupsOfPage:
    """That page of the groups, those that change first."""
    pages = max(1, -(-len(review.groups) // A_PAGE))
    page = min(max(page, 1), pages)
    return GroupsOfPage(rows=review.groups[(page - 1) * A_PAGE : page * A_PAGE], page=page, pages=pages)


def seats_by_name(review: RoundReview) -> list[Seat]:
    """Everybody in a group, by name."""
    seats = [seat for group in review.groups for seat in group.seats]
    return sorted(seats, key=lambda seat: (seat.name, seat.ref))


def cohorts_with_rounds(session: Session, deployment: Deployment, now: datetime) -> list[CohortRounds]:
    """Every cohort, by name."""
    return [
        _cohort(session, deployment, cohort, now)
        for cohort in session.scalars(select(Cohort).order_by(Cohort.name))
    ]


def _cohort(session: Session, deployment: Deployment, cohort: Cohort, now: datetime) -> CohortRounds:
    rows = session.execute(
        select(Round, func.count(BuddyGroup.id))
        .outerjoin(BuddyGroup, BuddyGroup.round_id == Round.id)
        .where(Round.cohort_id == cohort.id)
        .group_by(Round.id)
        .order_by(Round.number.desc())
    ).all()
    latest = next((row.id for row, _ in rows if row.state == "published"), None)
    rounds = [_shown(row, groups, is_running=row.id == latest) for row, groups in rows]
    running = next((each for each in rounds if each.state == "running"), None)
    today = now.astimezone(zone_of(deployment.program.zone)).date()
    return CohortRounds(
        id=cohort.id,
        name=cohort.name,
        members=session.scalar(
            select(func.count()).select_from(CohortMember).where(CohortMember.cohort_id == cohort.id)
        )
        or 0,
        rounds=rounds[:SHOWN],
        running=running,
        has_time_left=bool(running and running.ends_on and today < running.ends_on),
        needed=mending_needed(session, deployment, cohort.id, now) if running else None,
    )


def _shown(row: Round, groups: int, *, is_running: bool) -> RoundShown:
    return RoundShown(
        id=row.id,
        number=row.number,
        state="running" if is_running else {"published": "ended"}.get(row.state, row.state),
        groups=groups,
        planned_at=row.planned_at,
        published_at=row.published_at,
        ends_on=row.ends_on,
    )

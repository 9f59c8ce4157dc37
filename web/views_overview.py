"""What a coordinator or director must know today, in counts; names stand only where the role may read them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.deployment import Deployment
from engine.engine_health import EngineHealth, engine_health
from engine.plan_nudges import period_of
from escalation.roster import Gap, Responder, gaps, on_call
from nudges.clock import zone_of
from nudges.kinds import Lane
from store.models import BuddyGroup, CheckIn, Member, Message, ProgramState, SupportRequest
from web.console_session import Viewer
from web.views_check_ins import LatestShown, latest_check_ins
from web.views_incidents import IncidentCounts, IncidentShown, incident_counts, incidents
from web.views_messages import Cause, causes
from web.views_requests import IN_QUEUE, Queue, queue

LOOK_AHEAD = 14  # days of roster
RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The program in numbers."""

    members: int
    groups: int
    answered: int  # groups that logged anything this week
    sent: int  # nudges of the last seven days
    requests: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The first page."""

    halted_at: datetime | None
    halted_why: str
    health: EngineHealth
    on_call: tuple[Responder, ...]
    gaps: list[Gap]
    has_roster: bool
    incidents: IncidentCounts
    own_incidents: list[IncidentShown]
    queue: Queue
    tally: Tally
    causes: list[Cause]
    latest: list[LatestShown]  # for coordinators


def overview(deployment: Deployment, clock: Clock, viewer: Viewer, *, demo: bool) -> Overview:
    """Everything on the first page, for that viewer."""
    now = clock.now()
    roster = deployment.program.roster
    health = engine_health(deployment, clock, in_moved_time=demo)
    with deployment.database.reads() as session:
        state = session.scalars(select(ProgramState)).first()
        return Overview(
            halted_at=state.halted_at if state else None,
            halted_why=(state.halted_why or "") if state else "",
            health=health,
            on_call=on_call(roster, now),
            gaps=gaps(roster, now, LOOK_AHEAD),
            has_roster=bool(roster.shifts or roster.overrides),
            incidents=incident_counts(session),
            own_incidents=[one for one in incidents(session, deployment, viewer) if one.state != "closed"],
            queue=queue(session, deployment, viewer, now),
            tally=_tally(session, deployment, now),
            causes=causes(session, now - RECENT),
            latest=latest_check_ins(session, deployment, now) if viewer.has("coordinator") else [],
        )


def _tally(session: Session, deployment: Deployment, now: datetime) -> Tally:
    week = period_of(now.astimezone(zone_of(deployment.program.zone)).date())
    answered = (
        select(func.count(func.distinct(CheckIn.group_id)))
        .join(BuddyGroup, BuddyGroup.id == CheckIn.group_id)
        .where(CheckIn.period == week, BuddyGroup.state == "active")
    )
    queue_now = select(func.count()).where(SupportRequest.state.in_(IN_QUEUE))
    late = queue_now.where(
        ((SupportRequest.state == "open") & (SupportRequest.match_by < now))
        | (SupportRequest.state.in_(("matched", "accepted", "no_answer")) & (SupportRequest.contact_by < now))
    )
    return Tally(
        members=session.scalar(select(func.count()).where(Member.status == "active")) or 0,
        groups=session.scalar(select(func.count()).where(BuddyGroup.state == "active")) or 0,
        answered=session.scalar(answered) or 0,
        sent=session.scalar(
            select(func.count()).where(
                Message.lane == Lane.NUDGE, Message.sent_at >= now - RECENT, Message.sent_at <= now
            )
        )
        or 0,
        requests=session.scalar(queue_now) or 0,
        late=session.scalar(late) or 0,
    )

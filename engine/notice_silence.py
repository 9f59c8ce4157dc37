"""Answers silence gently, step by step: a slower rhythm is offered, then the buddy is prompted, then the coordinator
hears of it, only where the member wished that. Why and when is decided in `nudges.silence`.

A quiet week is one in which a nudge arrived, and since which nobody of the group logged and the member wrote nothing.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.handlers import coordinators_for
from engine.outbox import Draft, State, put
from engine.patterns import pattern_of
from engine.plan_nudges import media_of, period_of
from engine.recipients import resting_members
from engine.staff import notify
from nudges.cadence import stagger_of
from nudges.clock import instant, zone_of
from nudges.silence import Rung, needed_for, next_rung
from store.models import CheckIn, GroupPlace, Member, Message, Rhythm

AT_ONCE = 200
LOOKS_EVERY = timedelta(days=7)
TO_ANSWER = timedelta(days=2)  # a nudge younger than this is not unanswered yet


def notice_silence(deployment: Deployment, now: datetime) -> int:
    """Takes the next step with everybody for whom it is time; returns how many steps it took."""
    due = (
        select(Rhythm.id).where(Rhythm.silence_look_at <= now).order_by(Rhythm.silence_look_at).limit(AT_ONCE)
    )
    with deployment.database.reads() as session:
        waiting = session.scalars(due).all()
    if not waiting:
        return 0
    with deployment.database.writes.begin() as session:
        rhythms = session.scalars(
            select(Rhythm)
            .where(Rhythm.id.in_(waiting), Rhythm.silence_look_at <= now)
            .with_for_update(skip_locked=True)
        ).all()
        resting = resting_members(session, {rhythm.member_id for rhythm in rhythms}, now)
        taken = 0
        for rhythm in rhythms:
            # A rhythm that has ended is looked at again when it begins anew.
            rhythm.silence_look_at = now + LOOKS_EVERY if rhythm.next_due_at is not None else None
            if rhythm.next_due_at is not None and rhythm.member_id not in resting:
                taken += _look(session, deployment, rhythm, now)
    return taken


def _look(session: Session, deployment: Deployment, rhythm: Rhythm, now: datetime) -> bool:
    member = session.get_one(Member, rhythm.member_id)
    if member.mode == "remind" or member.status != "active" or member.resting_since is not None:
        return False
    policy, quiet = deployment.program.silence, _quiet_weeks(session, rhythm, member, now)
    if quiet < needed_for(policy, Rung(rhythm.silence_rung)):
        rhythm.silence_rung = Rung.NONE  # there has been a sign since that step
    may_offer = len(pattern_of(deployment.program, rhythm).cadences) > 1 and not member.cadence
    rung = next_rung(
        policy, Rung(rhythm.silence_rung), quiet, may_offer=may_offer, may_tell=member.tells_coordinator
    )
    if rung is None:
        return False
    rhythm.silence_rung = rung
    if rung is Rung.OFFERED:
        _write(session, deployment, rhythm, member, "gentler_offer", now)
    elif rung is Rung.BUDDY:
        for buddy in _buddies(session, rhythm):
            _write(session, deployment, rhythm, buddy, "reach_out", now)
    else:
        people = coordinators_for(session, deployment, member)
        notify(
            session, deployment, people, kind="silence_notice", key=f"silence:{rhythm.id}:{now.isoformat()}",
            now=now, details={"path": f"/members/{member.id}"},
        )  # fmt: skip
    return True


def _quiet_weeks(session: Session, rhythm: Rhythm, member: Member, now: datetime) -> int:
    """Weeks since the last sign in which a nudge arrived and has had time to be answered."""
    logged = session.scalar(select(func.max(CheckIn.at)).where(CheckIn.group_id == rhythm.group_id))
    arrived = select(func.count(func.distinct(Message.period))).where(
        Message.member_id == member.id,
        Message.cohort_id == rhythm.cohort_id,
        Message.slot.is_not(None),
        Message.state.in_((State.SENT, State.DELIVERED)),
        Message.sent_at <= now - TO_ANSWER,
    )
    for sign in (logged, member.heard_at):
        if sign is not None:
            arrived = arrived.where(Message.sent_at > sign)
    return session.scalar(arrived) or 0


def _buddies(session: Session, rhythm: Rhythm) -> list[Member]:
    return list(
        session.scalars(
            select(Member)
            .join(GroupPlace, GroupPlace.member_id == Member.id)
            .where(GroupPlace.group_id == rhythm.group_id, GroupPlace.active, Member.id != rhythm.member_id)
            .order_by(Member.ref)
        )
    )


def _write(
    session: Session, deployment: Deployment, rhythm: Rhythm, reader: Member, kind: str, now: datetime
) -> None:
    """A word to that member in one of the next mornings, not on the day of a nudge; one of a kind in a week."""
    due_at, send_before = _next_morning(session, deployment, rhythm, reader, now)
    medium = media_of(session, deployment, {reader.id})[reader.id]
    week = period_of(due_at.astimezone(zone_of(reader.timezone)).date())
    draft = Draft(
        key=f"{kind}:{rhythm.group_id}:{reader.id}:{week}",
        kind=kind,
        medium=medium or "sms",
        member_id=reader.id,
        cohort_id=rhythm.cohort_id,
        group_id=rhythm.group_id,
        due_at=due_at,
        send_before=send_before,
        dropped=None if medium else "no_channel",
    )
    put(session, deployment, draft, now)


def _next_morning(
    session: Session, deployment: Deployment, rhythm: Rhythm, reader: Member, now: datetime
) -> tuple[datetime, datetime]:
    program, pattern, zone = (
        deployment.program,
        pattern_of(deployment.program, reader),
        zone_of(reader.timezone),
    )
    nudged = session.scalar(
        select(Rhythm.next_due_at).where(Rhythm.member_id == reader.id, Rhythm.cohort_id == rhythm.cohort_id)
    )
    day = pattern.clock.working_day(now.astimezone(zone).date() + timedelta(days=1))
    if nudged is not None and nudged.astimezone(zone).date() == day:
        day = pattern.clock.working_day(day + timedelta(days=1))
    wall, _ = pattern.window.awake(stagger_of(str(reader.id)), program.quiet)
    return instant(day, wall, reader.timezone), program.quiet.begins_after(day, wall, reader.timezone)


def rung_of(session: Session, member_id: UUID) -> Rung:
    """How far the silence of that member has gone, in any cohort."""
    found = session.scalar(select(func.max(Rhythm.silence_rung)).where(Rhythm.member_id == member_id))
    return Rung(found or 0)

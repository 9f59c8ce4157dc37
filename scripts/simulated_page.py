"""The page that a simulation prints: what went out, what did not and why, what came back, and what was broken."""

from collections import Counter
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.outbox import State
from nudges.clock import zone_of
from scripts.invariants import broken
from scripts.simulated_people import Crowd
from scripts.simulated_wire import OUT, Wire
from store.models import BuddyGroup, CheckIn, Colour, GroupPlace, Incident, Member, Message, SupportRequest

_TEN_MINUTES = 600


def page_of(
    deployment: Deployment,
    crowd: Crowd,
    wire: Wire,
    now: datetime,
    *,
    months: int,
    rounds: int,
    repeats: int,
    needless_repeats: int,
) -> dict[str, Any]:
    """All counts, by name; what is under `broken` is to be 0."""
    with deployment.database.reads() as session:
        shown = _people(session, crowd)
        shown |= {"rounds": rounds, "repeated_pairs": repeats}
        shown |= _messages(session, months) | _bursts(session) | _answers(session) | _pathway(session)
    twice, lost = wire.twice, wire.lost(deployment)
    counts = {"twice": twice, "lost": lost, "needless_repeats": needless_repeats} | broken(deployment, now)
    return shown | counts | {"broken": sum(map(abs, counts.values()))}


def _people(session: Session, crowd: Crowd) -> dict[str, Any]:
    grouped = session.scalar(
        select(func.count(func.distinct(GroupPlace.member_id)))
        .join(BuddyGroup, BuddyGroup.id == GroupPlace.group_id)
        .join(Member, Member.id == GroupPlace.member_id)
        .where(GroupPlace.active, BuddyGroup.state == "active", Member.status == "active")
    )
    at_end = len(crowd.present)
    return {
        "joined": len(crowd.rows),
        "left": crowd.left,
        "members_at_end": at_end,
        "in_a_group_at_end": grouped or 0,
        "waiting_for_a_round": at_end - (grouped or 0),
    }


def _messages(session: Session, months: int) -> dict[str, Any]:
    nudges = select(func.count()).select_from(Message).where(Message.slot.is_not(None))
    sent = session.scalar(nudges.where(Message.state.in_(OUT))) or 0
    written_to = session.scalar(
        select(func.count(func.distinct(Message.member_id))).where(
            Message.slot.is_not(None), Message.state.in_(OUT)
        )
    )
    return {
        "nudges": session.scalar(nudges) or 0,
        "nudges_sent": sent,
        "nudges_a_member_and_month": round(sent / max(1, written_to or 0) / months, 2),
        "nudges_not_sent": _reasons(session, (State.DROPPED, State.DEAD)),
        "nudges_waiting": session.scalar(nudges.where(Message.state == State.DUE)) or 0,
        "nudges_moved": session.scalar(nudges.where(Message.moved.is_not(None))) or 0,
        "messages_sent": session.scalar(select(func.count()).where(Message.state.in_(OUT))) or 0,
    }


def _reasons(session: Session, states: tuple[State, ...]) -> dict[str, int]:
    rows = session.execute(
        select(Message.reason, func.count())
        .where(Message.slot.is_not(None), Message.state.in_(states))
        .group_by(Message.reason)
        .order_by(func.count().desc(), Message.reason)
    )
    return {str(reason): count for reason, count in rows}


def _bursts(session: Session) -> dict[str, int]:
    """The most that one member was sent by us on one day of theirs, unasked; and the most in ten minutes to all."""
    of_day: Counter[tuple[str, str]] = Counter()
    of_time: Counter[int] = Counter()
    rows = session.execute(
        select(Member.ref, Member.timezone, Message.due_at)
        .join(Member, Member.id == Message.member_id)
        .where(Message.slot.is_not(None), Message.state.in_(OUT))
    )
    for ref, zone, due_at in rows:
        of_day[ref, str(due_at.astimezone(zone_of(zone)).date())] += 1
        of_time[int(due_at.timestamp()) // _TEN_MINUTES] += 1
    return {
        "most_nudges_to_one_on_a_day": max(of_day.values(), default=0),
        "most_nudges_due_in_ten_minutes": max(of_time.values(), default=0),
    }


def _answers(session: Session) -> dict[str, Any]:
    return {
        "check_ins": session.scalar(select(func.count()).select_from(CheckIn)) or 0,
        "connected": session.scalar(select(func.count()).where(CheckIn.connected)) or 0,
        "colours": session.scalar(select(func.count()).select_from(Colour)) or 0,
    }


def _pathway(session: Session) -> dict[str, Any]:
    requests = session.execute(select(SupportRequest.opened_at, SupportRequest.contacted_at)).all()
    taken = [contacted - opened for opened, contacted in requests if opened and contacted]
    paged = session.execute(select(Incident.opened_at, Incident.acknowledged_at)).all()
    answered = [acknowledged - opened for opened, acknowledged in paged if acknowledged]
    return {
        "support_requests": sum(opened is not None for opened, _ in requests),
        "median_hours_to_contact": _median(taken, timedelta(hours=1)),
        "incidents": len(paged),
        "median_minutes_to_a_human": _median(answered, timedelta(minutes=1)),
    }


def _median(lengths: list[timedelta], unit: timedelta) -> float | None:
    return round(median(length / unit for length in lengths), 1) if lengths else None

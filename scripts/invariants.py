"""What must be true of any program at any time, counted in its database: each count is to be 0."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.outbox import State
from engine.patterns import pattern_of
from engine.plan_nudges import natural_key
from nudges.cadence import occurrences, stagger_of
from nudges.kinds import policy_of
from scripts.simulated_wire import OUT
from store.models import BuddyGroup, Consent, GroupPlace, Member, Message, Rhythm, Suppression

_LEEWAY = timedelta(minutes=1)


def broken(deployment: Deployment, now: datetime) -> dict[str, int]:
    """How often each invariant is broken."""
    with deployment.database.reads() as session:
        members = {member.id: member for member in session.scalars(select(Member))}
        return {
            "at_night": sum(_at_night(deployment, session, members)),
            "after_stop": sum(_after_stop(session)),
            "without_consent": sum(_without_consent(session)),
            "in_two_groups": _in_two_groups(session),
            "without_a_reason": _without_a_reason(session, now),
            "never_made": _never_made(deployment, session, now),
        }


def _sent(session: Session) -> Iterator[Message]:
    query = select(Message).where(Message.state.in_(OUT), Message.member_id.is_not(None))
    return iter(session.scalars(query.execution_options(yield_per=1000)))


def _at_night(deployment: Deployment, session: Session, members: Mapping[UUID, Member]) -> Iterator[int]:
    """Messages that wait for the morning, sent in quiet hours on their reader's clock."""
    quiet = deployment.program.quiet
    for message in _sent(session):
        if policy_of(message.kind).awake_only and message.member_id and message.sent_at:
            zone = ZoneInfo(members[message.member_id].timezone)
            yield int(quiet.covers(message.sent_at.astimezone(zone)))


def _after_stop(session: Session) -> Iterator[int]:
    """Messages to an address that was suppressed then and has stayed so."""
    since = {
        (listed.medium, listed.address_index): listed.since for listed in session.scalars(select(Suppression))
    }
    for message in _sent(session):
        stopped = since.get((message.medium, message.address_index or ""))
        if stopped and message.sent_at and not policy_of(message.kind).despite_stop:
            yield int(message.sent_at > stopped + _LEEWAY)


def _without_consent(session: Session) -> Iterator[int]:
    """Messages that need consent, and the newest word on that channel before them was none, or no."""
    words: dict[tuple[UUID, str], list[tuple[datetime, bool]]] = {}
    for act in session.scalars(select(Consent).order_by(Consent.at)):
        words.setdefault((act.member_id, act.medium), []).append((act.at, act.given))
    for message in _sent(session):
        if policy_of(message.kind).needs_consent and message.member_id and message.sent_at:
            said = words.get((message.member_id, message.medium), [])
            before = [given for at, given in said if at <= message.sent_at]
            yield int(not before or not before[-1])


def _in_two_groups(session: Session) -> int:
    places = session.execute(
        select(GroupPlace.member_id, GroupPlace.cohort_id).where(GroupPlace.active)
    ).all()
    return len(places) - len(set(places))


def _without_a_reason(session: Session, now: datetime) -> int:
    """Nudges that did not go, and nobody can say why; or whose time is over, and nobody has said so."""
    gone_without = Message.state.in_((State.DROPPED, State.DEAD)) & Message.reason.is_(None)
    forgotten = Message.state.in_((State.DUE, State.SENDING, State.IN_DOUBT)) & (Message.send_before <= now)
    return (
        session.scalar(select(func.count()).where(Message.slot.is_not(None), gone_without | forgotten)) or 0
    )


def _never_made(deployment: Deployment, session: Session, now: datetime) -> int:
    """Occurrences, computed anew from each anchor, that no row of the outbox stands for.

    Of members whose rhythm has run on undisturbed: who was without a group for a while is left out.
    """
    made = set(session.scalars(select(Message.natural_key).where(Message.slot.is_not(None))))
    undisturbed = _always_in_a_group(session)
    return sum(
        key not in made
        for rhythm in session.scalars(select(Rhythm).where(Rhythm.next_due_at.is_not(None)))
        if rhythm.member_id in undisturbed
        for key in _due_keys(deployment, rhythm, now)
    )


def _always_in_a_group(session: Session) -> set[UUID]:
    """Members whose groups followed each other without a day between them."""
    spans: dict[UUID, list[tuple[datetime, datetime | None]]] = {}
    rows = session.execute(
        select(GroupPlace.member_id, BuddyGroup.started_at, BuddyGroup.dissolved_at)
        .join(BuddyGroup, BuddyGroup.id == GroupPlace.group_id)
        .where(BuddyGroup.started_at.is_not(None))
        .order_by(BuddyGroup.started_at)
    )
    for member, started, dissolved in rows:
        if started is not None:
            spans.setdefault(member, []).append((started, dissolved))
    return {
        member
        for member, own in spans.items()
        if all(end is not None and begin - end < _LEEWAY for (_, end), (begin, _) in pairwise(own))
    }


def _due_keys(deployment: Deployment, rhythm: Rhythm, now: datetime) -> Iterator[str]:
    pattern = pattern_of(deployment.program, rhythm)
    for each in occurrences(
        pattern.cadences,
        anchor=rhythm.anchor_on,
        clock=pattern.clock,
        window=pattern.window,
        quiet=deployment.program.quiet,
        stagger=stagger_of(str(rhythm.member_id)),
    ):
        if each.due_at > now - timedelta(hours=1):
            return
        yield natural_key(rhythm.member_id, rhythm.cohort_id, each.kind, each.series, each.slot)

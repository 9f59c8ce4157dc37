"""What the planner is given of a cohort: who takes part, which rules, what was before. Decides who takes part."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.keep_group import wishes_of
from engine.recipients import suppressed
from nudges.holds import local_day
from pairing.policy import Person, Policy
from pairing.working_hours import WORKING_HOURS, WRITTEN, BadHours, working_hours
from store.cohorts import members_of, past_groups
from store.members import agreements, attributes_of, exclusions
from store.models import Member, Rematch


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingInput:
    """The cohort in the planner's words."""

    people: tuple[Person, ...]  # those who take part
    everybody: tuple[Person, ...]  # and the rest of the cohort
    policy: Policy
    history: tuple[tuple[int, frozenset[str]], ...]
    locks: tuple[tuple[str, ...], ...]
    welcoming: tuple[tuple[str, ...], ...]  # of the locks: two who would both like a third
    ids: Mapping[str, UUID]  # ref -> id, of those who take part
    refs: Mapping[UUID, str]  # the same, the other way round, of everybody in the cohort
    left_out: Mapping[str, int]  # why -> how many


def pairing_input(session: Session, deployment: Deployment, cohort_id: UUID, now: datetime) -> PairingInput:
    """Everybody who can take part now: active, here, with consent for a channel that we may write to."""
    members = members_of(session, cohort_id)
    barred = suppressed(session, {(p.medium, p.address_index) for m in members for p in m.contacts})
    reasons = {member.id: _why_not(member, barred, now) for member in members}
    active = [member for member in members if reasons[member.id] is None]
    refs = {member.id: member.ref for member in members}
    everybody = {member.id: person_of(deployment, member) for member in members}
    never = frozenset(
        frozenset(refs[one] for one in pair)
        for pair in exclusions(session, deployment.vault)
        if pair <= refs.keys()
    )
    wished = wishes_of(session, deployment.vault, cohort_id, list(agreements(session, deployment.vault)))
    agreed = wished.locks
    never |= _apart_from_outsiders(members, agreed)
    with_friends = {one for group in agreed for one in group}
    active = [member for member in active if not member.is_outside or member.id in with_friends]
    here = {member.id for member in active}
    return PairingInput(
        people=tuple(everybody[member.id] for member in active),
        everybody=tuple(everybody.values()),
        policy=replace(deployment.policy, never=deployment.policy.never | never),
        history=tuple(
            (number, frozenset(refs[one] for one in group))
            for number, group in past_groups(session, cohort_id)
            if group <= refs.keys()
        ),
        locks=tuple(tuple(sorted(refs[one] for one in group)) for group in agreed if group <= here),
        welcoming=tuple(
            tuple(sorted(refs[one] for one in group)) for group in wished.welcoming if group <= here
        ),
        ids={member.ref: member.id for member in active},
        refs=refs,
        left_out=dict(Counter(why for why in reasons.values() if why)),
    )


def _apart_from_outsiders(
    members: Sequence[Member], agreed: Sequence[frozenset[UUID]]
) -> frozenset[frozenset[str]]:
    """A friend from outside is with whoever invited them, and never with anybody else."""
    return frozenset(
        frozenset((member.ref, other.ref))
        for member in members
        if member.is_outside
        for other in members
        if other.id != member.id and not any({member.id, other.id} <= group for group in agreed)
    )


def taking_part(session: Session, cohort_id: UUID, now: datetime) -> list[Member]:
    """Those of a cohort who can take part now."""
    members = members_of(session, cohort_id)
    barred = suppressed(session, {(p.medium, p.address_index) for m in members for p in m.contacts})
    return [member for member in members if not member.is_outside and _why_not(member, barred, now) is None]


def rematch_wishes(session: Session, given: PairingInput) -> frozenset[str]:
    """Who asked for another buddy. Only for planning: nobody learns who asked."""
    asked = session.scalars(select(Rematch.member_id).where(Rematch.member_id.in_(given.refs)))
    return frozenset(given.refs[one] for one in asked)


def person_of(deployment: Deployment, member: Member) -> Person:
    """The member as the rules see them."""
    held = attributes_of(deployment.vault, member)
    attributes = {name: frozenset(values) for name, values in held.items()}
    if WORKING_HOURS not in attributes and WRITTEN in attributes:
        attributes[WORKING_HOURS] = _hours(member, attributes[WRITTEN])
    return Person(id=member.ref, attributes=attributes)


def _hours(member: Member, written: frozenset[str]) -> frozenset[str]:
    """The hours in the member's own zone; nothing is known of hours that cannot be read."""
    try:
        return working_hours(written, [int(day) for day in member.work_days], member.timezone)
    except BadHours:
        return frozenset()


def _why_not(member: Member, barred: set[tuple[str, str]], now: datetime) -> str | None:
    """Why a member is not paired now, or None. A paused member vanishes from both sides."""
    today = local_day(now, member.timezone)
    if member.status == "left" or member.is_mourned or (member.active_until and today > member.active_until):
        return "left"
    if member.active_from and today < member.active_from:
        return "not yet active"
    if member.status == "paused" or (member.paused_until and today < member.paused_until):
        return "paused"
    if member.unit_paused_until and today < member.unit_paused_until:
        return "paused"
    away_now = (member.away_from is None or member.away_from <= today) and (
        member.away_until is not None and today <= member.away_until
    )
    if away_now or (member.away_from and member.away_from <= today and member.away_until is None):
        return "away"
    if not any(point.consented for point in member.contacts):
        return "no consent on record"
    if all((p.medium, p.address_index) in barred for p in member.contacts if p.consented):
        return "opted out"
    return None

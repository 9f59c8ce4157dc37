"""Mends a running round when a coordinator asks: parts those who may be together no longer, seats those who wait, and
gives whoever asked for a change another group at once.

Nobody else moves, unless somebody would be alone otherwise. Which of it a never-rule or a wish caused is not told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, distinct, func, select
from sqlalchemy.orm import Session

from engine import rhythms
from engine.deployment import Deployment
from engine.form_group import form_group
from engine.groups import dissolve
from engine.pairing_input import PairingInput, pairing_input, rematch_wishes, taking_part
from engine.stored_rounds import RotationRefused, locked_cohort
from pairing.common_ground import common_ground
from pairing.meetings import Meetings
from pairing.policy import Person
from pairing.reasons import reasons
from pairing.repair import Repair, mend
from store import audit
from store.cohorts import active_groups, latest_round
from store.members import name_of
from store.models import BuddyGroup, GroupPlace, Rematch


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """What a mending changed, members by their refs."""

    cohort: str
    number: int
    formed: tuple[tuple[str, ...], ...]  # groups that are new; everybody in them is introduced
    ended: tuple[tuple[str, ...], ...]
    alone: tuple[tuple[str, str], ...]  # who still has no group, and why


@dataclass(frozen=True, slots=True, kw_only=True)
class MendingNeeded:
    """Who waits for a group in the running round, by name."""

    waiting: tuple[str, ...]
    changes: int  # groups in which somebody asked for a change; not who


def mending_needed(session: Session, deployment: Deployment, cohort_id: UUID, now: datetime) -> MendingNeeded:
    """Who could take part and sits in no group."""
    seated = {
        place.member_id
        for group in active_groups(session, cohort_id)
        for place in group.places
        if place.active
    }
    waiting = [member for member in taking_part(session, cohort_id, now) if member.id not in seated]
    unsettled = select(Rematch.member_id).where(Rematch.member_id.in_(seated))
    changes = session.scalar(
        select(func.count(distinct(GroupPlace.group_id))).where(
            GroupPlace.active, GroupPlace.cohort_id == cohort_id, GroupPlace.member_id.in_(unsettled)
        )
    )
    return MendingNeeded(
        waiting=tuple(sorted(name_of(deployment.vault, member) for member in waiting)), changes=changes or 0
    )


def mend_round(
    deployment: Deployment, cohort_name: str, *, now: datetime, actor: str, dry_run: bool = False
) -> Mended:
    """Mends the round that runs; `dry_run` only says what it would do. Raises RotationRefused where none runs."""
    with deployment.database.writes.begin() as session:
        cohort = locked_cohort(session, cohort_name)
        running = latest_round(session, cohort.id, "published")
        if running is None:
            raise RotationRefused(f"no round of {cohort_name} runs now")
        given = pairing_input(session, deployment, cohort.id, now)
        groups = _groups(session, cohort.id, given)
        seated = {ref for group in groups for ref in group}
        waiting = [ref for ref in given.ids if ref not in seated]
        mended = mend(
            groups,
            people=[each for each in given.everybody if each.id in seated or each.id in given.ids],
            policy=given.policy,
            joiners=waiting,
            unsettled=_unsettled(session, given),
            history=given.history,
        )
        found = Mended(
            cohort=cohort_name,
            number=running.number,
            formed=mended.formed,
            ended=mended.ended,
            alone=tuple((each.id, each.why) for each in mended.alone),
        )
        if dry_run or not (mended.formed or mended.ended):
            return found
        put_in_force(session, deployment, cohort.id, given, mended, now)
        moved = {one for one, ref in given.refs.items() if any(ref in group for group in mended.formed)}
        session.execute(delete(Rematch).where(Rematch.member_id.in_(moved)))  # what they wished has come true
        audit.record(
            session, at=now, actor=actor, action="round_mended",
            detail=f"round {running.number}, {len(mended.formed)} formed, {len(mended.ended)} ended",
        )  # fmt: skip
        return found


def _unsettled(session: Session, given: PairingInput) -> list[str]:
    """Who asked for somebody else; a pair that agreed to stay together stays."""
    agreed = {ref for lock in given.locks for ref in lock}
    return sorted(rematch_wishes(session, given) - agreed)


def _groups(session: Session, cohort_id: UUID, given: PairingInput) -> list[tuple[str, ...]]:
    return [refs for group in active_groups(session, cohort_id) if (refs := _refs(group, given))]


def _refs(group: BuddyGroup, given: PairingInput) -> tuple[str, ...]:
    return tuple(sorted(given.refs[place.member_id] for place in group.places if place.active))


def put_in_force(
    session: Session,
    deployment: Deployment,
    cohort_id: UUID,
    given: PairingInput,
    mended: Repair,
    now: datetime,
) -> None:
    """Ends and forms groups as a repair says, within the transaction; whoever is left alone rests."""
    ids = {ref: one for one, ref in given.refs.items()}
    active = {_refs(group, given): group for group in active_groups(session, cohort_id)}
    for ended in mended.ended:
        dissolve(active[ended], now)
    session.flush()
    people = {person.id: person for person in given.everybody}
    for formed in mended.formed:
        _form(session, deployment, cohort_id, [people[ref] for ref in formed], ids, given, now)
    for alone in mended.alone:
        rhythms.pause(session, ids[alone.id], cohort_id)


def _form(
    session: Session,
    deployment: Deployment,
    cohort_id: UUID,
    people: Sequence[Person],
    ids: Mapping[str, UUID],
    given: PairingInput,
    now: datetime,
) -> None:
    running = latest_round(session, cohort_id, "published")
    if running is None:
        return
    before = Meetings(past for past in given.history if past[0] < running.number)
    why = reasons(people, given.policy, before, size=running.size)
    form_group(
        session, deployment, cohort_id, [ids[person.id] for person in people], now,
        reasons=why, common=common_ground(people, given.policy),
    )  # fmt: skip

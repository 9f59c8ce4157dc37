"""The admin's re-pairing: plans the next round, shows who changes, stores it as a draft or publishes it at once.

A rerun while a round runs its full time changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.keep_group import PAIR
from engine.pairing_input import PairingInput, pairing_input, rematch_wishes
from engine.publish_round import bring_into_force, somebody_was_quicker
from engine.stored_rounds import RotationRefused, locked_cohort
from engine.why_together import seal_why
from nudges.cadence import zone_of
from pairing.common_ground import common_ground
from pairing.obstacles import Unplaceable
from pairing.steadiness import steady_groups
from pairing.thirds import plan_with_thirds
from pairing.why_not import Chosen
from store import audit
from store.cohorts import active_groups, cohort_by_name, latest_round
from store.models import BuddyGroup, GroupPlace, Round, new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPlan:
    """A round that could be published: ids are the members' own (refs)."""

    cohort: str
    number: int
    seed: int
    follows: int  # the round that ran when this one was planned; 0: none
    size: int
    groups: tuple[tuple[str, ...], ...]
    reasons: Mapping[str, tuple[str, ...]]  # "a|b" -> sentences
    weight: int
    bound: int
    optimal: bool
    repeats: int
    changed: tuple[str, ...]  # who gets another buddy than now
    kept: tuple[tuple[str, ...], ...]  # groups that stay as they are
    unplaceable: tuple[Unplaceable, ...]
    left_out: Mapping[str, int]  # why -> how many members do not take part
    chosen: Chosen = field(repr=False)  # the round with what it was planned from: for questions about it
    fresh_for: int  # rounds that could still go by, this one included, before two must meet again: at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A round that runs its full time: nothing to do before `ends_on`."""

    cohort: str
    number: int
    ends_on: str
    groups: int


def plan_round(
    deployment: Deployment, cohort_name: str, *, now: datetime, seed: int = 0, early: bool = False
) -> RoundPlan | Running:
    """The next round of the cohort; stores nothing. `Running` while the current one has time left.

    Raises RotationRefused for an unknown cohort, or one without members.
    """
    with deployment.database.reads() as session:
        cohort = cohort_by_name(session, cohort_name)
        if cohort is None:
            raise RotationRefused(
                f"there is no cohort {cohort_name!r}; import members with --cohort {cohort_name}"
            )
        current = latest_round(session, cohort.id, "published")
        today = now.astimezone(zone_of(deployment.program.zone)).date()
        if current and current.ends_on and today < current.ends_on and not early:
            active = sum(group.state == "active" for group in current.groups)
            return Running(
                cohort=cohort_name, number=current.number, ends_on=current.ends_on.isoformat(), groups=active
            )
        last = latest_round(session, cohort.id, "published", "undone", "draft")
        given = pairing_input(session, deployment, cohort.id, now)
        running = [
            frozenset(given.refs[p.member_id] for p in group.places if p.active and p.member_id in given.refs)
            for group in active_groups(session, cohort.id)
        ]
        wishes = rematch_wishes(session, given)
    numbers = (last.number + 1 if last else 1, current.number if current else 0)
    return _planned(deployment, cohort_name, numbers, given, running, wishes, seed)


def _planned(
    deployment: Deployment,
    cohort_name: str,
    numbers: tuple[int, int],  # of this round, and of the one that runs
    given: PairingInput,
    running: Sequence[frozenset[str]],
    wishes: frozenset[str],
    seed: int,
) -> RoundPlan:
    steady = steady_groups(
        running, {person.id: person for person in given.people}, given.policy,
        most_change=deployment.most_change, history=given.history, unsettled=wishes,
    )  # fmt: skip
    welcome = plan_with_thirds(
        given.people,
        given.policy,
        welcoming=given.welcoming
        if deployment.group_size == PAIR
        else (),  # in a program of threes it comes anyway
        size=deployment.group_size,
        history=given.history,
        locks=given.locks,
        steady=steady,
        seed=seed,
        first_round=numbers[0],
        look_ahead=deployment.look_ahead,
    )
    found = welcome.plan
    best = found.rounds[0]
    kept = tuple(group for group in best.groups if frozenset(group) in set(running))
    staying = {ref for group in kept for ref in group}
    return RoundPlan(
        cohort=cohort_name,
        number=numbers[0],
        seed=seed,
        follows=numbers[1],
        size=deployment.group_size,
        groups=best.groups,
        reasons=best.reasons,
        weight=best.weight,
        bound=best.bound,
        optimal=best.optimal,
        repeats=best.repeats,
        changed=tuple(ref for group in best.groups for ref in group if ref not in staying),
        kept=kept,
        unplaceable=found.unplaceable,
        left_out=given.left_out,
        chosen=Chosen(
            groups=best.groups,
            people={person.id: person for person in given.people},
            policy=given.policy,
            size=deployment.group_size,
            number=numbers[0],
            history=given.history,
            locks=given.locks,
            thirds=welcome.thirds,
            steady=steady,
            seed=seed,
        ),
        fresh_for=found.repeat_free_limit,
    )


def store_round(
    deployment: Deployment, planned: RoundPlan, *, now: datetime, publish: bool, actor: str
) -> UUID:
    """Stores the plan as a draft, or publishes it at once. Raises RotationRefused when somebody was quicker."""
    try:
        with deployment.database.writes.begin() as session:
            cohort = locked_cohort(session, planned.cohort)
            given = pairing_input(session, deployment, cohort.id, now)
            stored = _store(session, deployment, cohort.id, planned, given.ids, now)
            if publish:
                bring_into_force(session, deployment, cohort, stored, now, actor)
            else:
                audit.record(
                    session, at=now, actor=actor, action="round_drafted", detail=f"round {planned.number}"
                )
            return stored.id
    except IntegrityError:
        raise somebody_was_quicker(planned.number, planned.cohort) from None


def _store(
    session: Session,
    deployment: Deployment,
    cohort_id: UUID,
    planned: RoundPlan,
    ids: Mapping[str, UUID],
    now: datetime,
) -> Round:
    if missing := [ref for group in planned.groups for ref in group if ref not in ids]:
        raise RotationRefused(f"{missing[0]} cannot take part any more; plan the round again")
    stored = Round(
        id=new_id(), cohort_id=cohort_id, number=planned.number, state="draft", size=planned.size,
        seed=planned.seed, follows=planned.follows, weight=planned.weight, bound=planned.bound, planned_at=now,
    )  # fmt: skip
    session.add(stored)
    session.flush()
    for refs in planned.groups:
        places = [GroupPlace(member_id=ids[ref], cohort_id=cohort_id, active=False) for ref in refs]
        group = BuddyGroup(id=new_id(), cohort_id=cohort_id, state="planned", places=places)
        common = common_ground([planned.chosen.people[ref] for ref in refs], planned.chosen.policy)
        seal_why(deployment.vault, group, planned.reasons.get("|".join(refs), ()), common)
        stored.groups.append(group)
    session.flush()
    return stored

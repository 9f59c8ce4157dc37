"""The admin's re-pairing: plan the next round, show who changes, publish it in one transaction, take it back.

A rerun while a round runs its full time changes nothing. Of two who publish at once, one wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import rhythms
from engine.deployment import Deployment
from engine.groups import dissolve, start_groups
from engine.pairing_input import PairingInput, pairing_input
from engine.still_fits import still_fit
from nudges.cadence import zone_of
from pairing.errors import PrepairedError
from pairing.obstacles import Unplaceable
from pairing.plan import plan
from store import audit
from store.cohorts import active_groups, cohort_by_name, latest_round
from store.models import BuddyGroup, GroupPlace, Round, new_id


class RotationRefused(PrepairedError):
    """This round cannot be planned or published now; the text says why and what would help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPlan:
    """A round that could be published: ids are the members' own (refs)."""

    cohort: str
    number: int
    seed: int
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
            running = sum(group.state == "active" for group in current.groups)
            return Running(
                cohort=cohort_name, number=current.number, ends_on=current.ends_on.isoformat(), groups=running
            )
        last = latest_round(session, cohort.id, "published", "undone", "draft")
        number = last.number + 1 if last else 1
        given = pairing_input(session, deployment, cohort.id, now)
        now_together = {
            frozenset(given.refs[p.member_id] for p in group.places if p.active and p.member_id in given.refs)
            for group in active_groups(session, cohort.id)
        }
    return _planned(deployment, cohort_name, number, given, now_together, seed)


def _planned(
    deployment: Deployment,
    cohort_name: str,
    number: int,
    given: PairingInput,
    now_together: set[frozenset[str]],
    seed: int,
) -> RoundPlan:
    found = plan(
        given.people,
        given.policy,
        size=deployment.group_size,
        rounds=1,
        history=given.history,
        locks=given.locks,
        seed=seed,
        first_round=number,
    )
    best = found.rounds[0]
    kept = tuple(group for group in best.groups if frozenset(group) in now_together)
    staying = {ref for group in kept for ref in group}
    return RoundPlan(
        cohort=cohort_name,
        number=number,
        seed=seed,
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
    )


def store_round(
    deployment: Deployment, planned: RoundPlan, *, now: datetime, publish: bool, actor: str
) -> UUID:
    """Stores the plan as a draft, or publishes it at once. Raises RotationRefused when somebody was quicker."""
    try:
        with deployment.database.writes.begin() as session:
            cohort = cohort_by_name(session, planned.cohort)
            if cohort is None:
                raise RotationRefused(f"there is no cohort {planned.cohort!r}")
            given = pairing_input(session, deployment, cohort.id, now)
            stored = _store(session, deployment, cohort.id, planned, given.ids, now)
            if publish:
                _publish(session, deployment, stored, now, actor)
            return stored.id
    except IntegrityError:
        raise RotationRefused(
            f"round {planned.number} of {planned.cohort} was published by somebody else just now; "
            "look at it before you plan another"
        ) from None


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
        seed=planned.seed, weight=planned.weight, bound=planned.bound, planned_at=now,
    )  # fmt: skip
    session.add(stored)
    session.flush()
    for group in planned.groups:
        row = new_id()
        why = list(planned.reasons.get("|".join(group), ()))
        sealed = deployment.vault.seal_json(why, "buddy_group", "reasons", row)
        stored.groups.append(
            BuddyGroup(
                id=row,
                cohort_id=cohort_id,
                state="planned",
                reasons_sealed=sealed,
                places=[GroupPlace(member_id=ids[ref], cohort_id=cohort_id, active=False) for ref in group],
            )
        )
    session.flush()
    return stored


def publish_round(
    deployment: Deployment, cohort_name: str, number: int, *, now: datetime, actor: str
) -> Round:
    """Publishes a draft. Raises RotationRefused when it is none any more."""
    with deployment.database.writes.begin() as session:
        stored = _round(session, cohort_name, number)
        if stored.state != "draft":
            raise RotationRefused(f"round {number} of {cohort_name} is {stored.state} already")
        _publish(session, deployment, stored, now, actor)
        return stored


def _publish(session: Session, deployment: Deployment, stored: Round, now: datetime, actor: str) -> None:
    """Ends what runs, starts the round's groups, their rhythms and their introductions."""
    if not still_fit(session, deployment, stored.groups, now):
        raise RotationRefused(
            f"members or rules have changed since round {stored.number} was planned; plan the round again"
        )
    _end_groups(session, stored.cohort_id, now)
    stored.state, stored.published_at = "published", now
    local = now.astimezone(zone_of(deployment.program.zone))
    stored.ends_on = local.date() + deployment.round_length
    start_groups(session, deployment, stored.groups, now, introduce=True)
    rhythms.end_without_group(session, stored.cohort_id)
    audit.record(
        session, at=now, actor=actor, action="round_published",
        detail=f"round {stored.number}, {len(stored.groups)} groups",
    )  # fmt: skip


def _end_groups(session: Session, cohort_id: UUID, now: datetime) -> None:
    for group in active_groups(session, cohort_id):
        dissolve(group, now)
    session.flush()


def undo_round(
    deployment: Deployment, cohort_name: str, number: int, *, now: datetime, actor: str
) -> Round | None:
    """Takes the latest published round back and lets the one before run on; returns that one, if any.

    Messages that went out stay sent. Raises RotationRefused for a round that is not the latest.
    """
    with deployment.database.writes.begin() as session:
        stored = _round(session, cohort_name, number)
        latest = latest_round(session, stored.cohort_id, "published")
        if stored.state != "published" or latest is None or latest.id != stored.id:
            raise RotationRefused(f"round {number} of {cohort_name} is not the one that runs now")
        _end_groups(session, stored.cohort_id, now)
        stored.state = "undone"
        session.flush()
        before = latest_round(session, stored.cohort_id, "published")
        if before is not None:
            whole = [group for group in before.groups if group.dissolved_at == stored.published_at]
            if not still_fit(session, deployment, whole, now, back=True):
                raise RotationRefused(
                    f"members or rules have changed since round {before.number} ran, so it cannot go on; "
                    f"prepaired rotate {cohort_name} --early plans a new one"
                )
            start_groups(session, deployment, whole, now, introduce=False)
        else:
            for group in stored.groups:
                for place in group.places:
                    rhythms.pause(session, place.member_id, stored.cohort_id)
        audit.record(session, at=now, actor=actor, action="round_undone", detail=f"round {number}")
        return before


def _round(session: Session, cohort_name: str, number: int) -> Round:
    cohort = cohort_by_name(session, cohort_name)
    stored = None
    if cohort is not None:
        stored = session.scalars(
            select(Round).where(Round.cohort_id == cohort.id, Round.number == number).with_for_update()
        ).one_or_none()
    if stored is None:
        raise RotationRefused(f"there is no round {number} of {cohort_name!r}")
    return stored

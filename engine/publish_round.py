"""Publishes a planned round in one transaction, takes one back, throws a draft away.

Of two who publish at once, one wins and the other is told.
"""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import rhythms
from engine.deployment import Deployment
from engine.groups import dissolve, start_groups
from engine.still_fits import still_fit
from engine.stored_rounds import RotationRefused, locked_cohort, running_number, stored_round
from nudges.cadence import zone_of
from store import audit
from store.cohorts import active_groups, latest_round
from store.models import BuddyGroup, Cohort, Rematch, Round


def publish_round(
    deployment: Deployment, cohort_name: str, number: int, *, now: datetime, actor: str
) -> Round:
    """Publishes a draft. Raises RotationRefused when it is none any more, or the cohort has moved on since."""
    try:
        with deployment.database.writes.begin() as session:
            cohort = locked_cohort(session, cohort_name)
            stored = stored_round(session, cohort_name, number)
            if stored.state != "draft":
                raise RotationRefused(f"round {number} of {cohort_name} is {stored.state} already")
            bring_into_force(session, deployment, cohort, stored, now, actor)
            return stored
    except IntegrityError:
        raise somebody_was_quicker(number, cohort_name) from None


def somebody_was_quicker(number: int, cohort_name: str) -> RotationRefused:
    """What the slower of two is told."""
    return RotationRefused(
        f"round {number} of {cohort_name} was published by somebody else just now, or another one was; "
        "look at it before you plan another"
    )


def bring_into_force(
    session: Session, deployment: Deployment, cohort: Cohort, stored: Round, now: datetime, actor: str
) -> None:
    """Ends what runs, starts the round's groups, their rhythms and their introductions, within the transaction."""
    if stored.follows != running_number(session, cohort.id):
        raise somebody_was_quicker(stored.number, cohort.name)
    if not still_fit(session, deployment, stored.groups, now):
        raise RotationRefused(
            f"members or rules have changed since round {stored.number} was planned; plan the round again"
        )
    before = {_members(group) for group in active_groups(session, cohort.id)}
    _end_groups(session, cohort, now)
    stored.state, stored.published_at = "published", now
    local = now.astimezone(zone_of(deployment.program.zone))
    stored.ends_on = local.date() + deployment.length_of(cohort.name)
    changed = [group for group in stored.groups if _members(group) not in before]
    staying = [group for group in stored.groups if _members(group) in before]
    start_groups(session, deployment, changed, now, introduce=True)
    start_groups(session, deployment, staying, now, introduce=False)  # they know each other
    rhythms.end_without_group(session, cohort.id)
    moved = {member for group in changed for member in _members(group)}
    session.execute(delete(Rematch).where(Rematch.member_id.in_(moved)))  # what they wished has come true
    audit.record(
        session, at=now, actor=actor, action="round_published",
        detail=f"round {stored.number}, {len(stored.groups)} groups",
    )  # fmt: skip


def _members(group: BuddyGroup) -> frozenset[object]:
    return frozenset(place.member_id for place in group.places)


def _end_groups(session: Session, cohort: Cohort, now: datetime) -> None:
    for group in active_groups(session, cohort.id):
        dissolve(group, now)
    session.flush()


def discard_draft(
    deployment: Deployment, cohort_name: str, number: int, *, now: datetime, actor: str
) -> None:
    """Throws a draft away; nobody was told of it. Raises RotationRefused for a round that is none."""
    with deployment.database.writes.begin() as session:
        locked_cohort(session, cohort_name)
        stored = stored_round(session, cohort_name, number)
        if stored.state != "draft":
            raise RotationRefused(f"round {number} of {cohort_name} is {stored.state} already")
        session.delete(stored)
        audit.record(session, at=now, actor=actor, action="draft_discarded", detail=f"round {number}")


def undo_round(
    deployment: Deployment, cohort_name: str, number: int, *, now: datetime, actor: str
) -> Round | None:
    """Takes the latest published round back and lets the one before run on; returns that one, if any.

    Messages that went out stay sent. Raises RotationRefused for a round that is not the latest.
    """
    with deployment.database.writes.begin() as session:
        cohort = locked_cohort(session, cohort_name)
        stored = stored_round(session, cohort_name, number)
        latest = latest_round(session, cohort.id, "published")
        if stored.state != "published" or latest is None or latest.id != stored.id:
            raise RotationRefused(f"round {number} of {cohort_name} is not the one that runs now")
        _end_groups(session, cohort, now)
        stored.state = "undone"
        session.flush()
        before = latest_round(session, cohort.id, "published")
        if before is not None:
            _run_on(session, deployment, cohort, stored, before, now)
        else:
            for group in stored.groups:
                for place in group.places:
                    rhythms.pause(session, place.member_id, cohort.id)
        audit.record(session, at=now, actor=actor, action="round_undone", detail=f"round {number}")
        return before


def _run_on(
    session: Session, deployment: Deployment, cohort: Cohort, undone: Round, before: Round, now: datetime
) -> None:
    whole = [group for group in before.groups if group.dissolved_at == undone.published_at]
    if not still_fit(session, deployment, whole, now, back=True):
        raise RotationRefused(
            f"members or rules have changed since round {before.number} ran, so it cannot go on; "
            f"prepaired rotate {cohort.name} --early plans a new one"
        )
    start_groups(session, deployment, whole, now, introduce=False)

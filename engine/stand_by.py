"""Senior twins: who stands by a supporter who is new to it. The program suggests, the coordinator gives."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.match_supporters import pool
from engine.staff import notify
from escalation.care import is_early, twins_for
from store import audit
from store.models import Staff, Supporter, SupportRequest


def suggested_twins(session: Session, deployment: Deployment, now: datetime) -> Mapping[UUID, Sequence[UUID]]:
    """Early supporter -> who may stand by them, the fittest first; nobody, where no senior one is there."""
    people, rules = pool(session, deployment, now), deployment.program.care
    ranks = cast("Sequence[str]", deployment.program.matching.get("ranks", ()))
    return {
        UUID(one.id): [UUID(twin.id) for twin in twins_for(one, people, rules, ranks)]
        for one in people
        if is_early(one, rules)
    }


def give_twin(deployment: Deployment, staff_id: UUID, twin: UUID | None, *, by: Staff, now: datetime) -> None:
    """Who stands by that supporter from now on. Raises ValueError for somebody who may not."""
    with deployment.database.writes.begin() as session:
        if twin is not None and twin not in suggested_twins(session, deployment, now).get(staff_id, ()):
            raise ValueError("that supporter cannot stand by this one")
        session.get_one(Supporter, staff_id, with_for_update=True).twin_id = twin
        audit.record(session, at=now, actor=f"staff:{by.ref}", action="twin_given")


def tell_twin(session: Session, deployment: Deployment, request: SupportRequest, now: datetime) -> None:
    """An early supporter has accepted a case: their twin hears that a word would help, and nothing of the case."""
    row = session.get(Supporter, request.supporter_id) if request.supporter_id else None
    twin = session.get(Staff, row.twin_id) if row is not None and row.twin_id else None
    if row is None or twin is None or not twin.active or row.cases >= deployment.program.care.early_cases:
        return
    notify(
        session, deployment, [twin], kind="twin_notice", key=f"twin:{request.id}:{now.isoformat()}", now=now,
        details={"path": "/supporters"},
    )  # fmt: skip

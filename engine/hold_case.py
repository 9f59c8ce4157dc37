"""A legal hold keeps a case from being forgotten: asked for by one, confirmed by another, seen by the director."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.staff import name_of_staff, notify, with_role
from pairing.errors import PrepairedError
from store import audit
from store.models import Staff, SupportRequest


class HoldRefused(PrepairedError):
    """A hold that cannot be: the same person twice, or nothing to hold. Nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One hold, by the case's alias: whose case it is stands nowhere here."""

    id: UUID
    alias: str
    asked_by: str
    asked_by_id: UUID | None
    confirmed_by: str
    since: datetime | None  # None: asked for, not confirmed; the case is forgotten in its time


def ask_hold(deployment: Deployment, request_id: UUID, staff: Staff, now: datetime) -> None:
    """Asks for a hold; alone it holds nothing. Directors are told. Raises HoldRefused, LookupError."""
    with deployment.database.writes.begin() as session:
        request = _locked(session, request_id)
        if request.hold_asked_by is not None:
            raise HoldRefused("a hold was asked for already")
        request.hold_asked_by = staff.id
        notify(
            session, deployment, with_role(session, "director"), kind="deadline_notice",
            key=f"hold:{request.alias}:{now.isoformat()}", now=now, details={"path": "/holds"},
        )  # fmt: skip
        _note(session, request, "hold_asked", staff, now)


def confirm_hold(deployment: Deployment, request_id: UUID, staff: Staff, now: datetime) -> None:
    """A second person confirms; from now on the case stays. Raises HoldRefused, LookupError."""
    with deployment.database.writes.begin() as session:
        request = _locked(session, request_id)
        if request.hold_asked_by is None or request.hold_at is not None:
            raise HoldRefused("there is no hold to confirm")
        if request.hold_asked_by == staff.id:
            raise HoldRefused("a hold is confirmed by somebody else than the one who asked")
        request.hold_by, request.hold_at = staff.id, now
        _note(session, request, "hold_confirmed", staff, now)


def lift_hold(deployment: Deployment, request_id: UUID, staff: Staff, now: datetime) -> None:
    """Ends a hold, or takes the question back: the case goes in its time. Raises HoldRefused, LookupError."""
    with deployment.database.writes.begin() as session:
        request = _locked(session, request_id)
        if request.hold_asked_by is None:
            raise HoldRefused("there is no hold to lift")
        request.hold_asked_by = request.hold_by = request.hold_at = None
        _note(session, request, "hold_lifted", staff, now)


def holds(session: Session, deployment: Deployment) -> Sequence[Hold]:
    """Every hold and every question for one."""
    rows = session.scalars(
        select(SupportRequest).where(
            or_(SupportRequest.hold_asked_by.is_not(None), SupportRequest.hold_at.is_not(None))
        )
    )
    return [
        Hold(
            id=row.id,
            alias=row.alias,
            asked_by=_name(session, deployment, row.hold_asked_by),
            asked_by_id=row.hold_asked_by,
            confirmed_by=_name(session, deployment, row.hold_by),
            since=row.hold_at,
        )
        for row in rows
    ]


def _name(session: Session, deployment: Deployment, staff_id: UUID | None) -> str:
    staff = session.get(Staff, staff_id) if staff_id else None
    return name_of_staff(deployment.vault, staff) if staff else ""


def _locked(session: Session, request_id: UUID) -> SupportRequest:
    request = session.get(SupportRequest, request_id, with_for_update=True)
    if request is None:
        raise LookupError("no such case")
    return request


def _note(session: Session, request: SupportRequest, action: str, staff: Staff, now: datetime) -> None:
    audit.record(session, at=now, actor=f"staff:{staff.ref}", action=action, subject=request.alias)

"""Everything held about a member as one document to keep: their own rows, opened, and nobody else’s name."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from engine.case_people import trail_of
from engine.deployment import Deployment
from store.members import address_of, attributes_of, emergency_contact_of, name_of
from store.models import (
    AuditEntry,
    CheckIn,
    CohortMember,
    Colour,
    Consent,
    GroupPlace,
    Incident,
    KeepWish,
    Member,
    Message,
    NeverWish,
    SupportRequest,
    UnclearReply,
)
from store.sealing import Vault

_SKIPPED = frozenset({"name_sealed", "attributes_sealed", "emergency_sealed"})


def all_held(deployment: Deployment, member_id: UUID) -> dict[str, Any] | None:
    """The document, as JSON can hold it; None when the member is no longer there."""
    vault = deployment.vault
    with deployment.database.reads() as session:
        member = session.get(Member, member_id, options=[selectinload(Member.contacts)])
        if member is None:
            return None
        return {
            "name": name_of(vault, member),
            "attributes": {name: list(values) for name, values in attributes_of(vault, member).items()},
            "emergency_contact": " ".join(emergency_contact_of(vault, member)).strip(),
            "settings": _row(member, skip=_SKIPPED),
            "contacts": [
                {"medium": one.medium, "address": address_of(vault, one), "consented": one.consented}
                for one in member.contacts
            ],
            "consents": _rows(session, Consent, member_id),
            "cohorts": _rows(session, CohortMember, member_id),
            "groups": _rows(session, GroupPlace, member_id),
            "check_ins_by_you": _rows(session, CheckIn, member_id),
            "colors": _rows(session, Colour, member_id),
            "wishes_about_groups": [
                {
                    "group_id": str(one.group_id),
                    "choice": vault.open(one.choice_sealed, "keep_wish", "choice", one.id),
                }
                for one in session.scalars(select(KeepWish).where(KeepWish.member_id == member_id))
            ],
            "never_wishes": len(_rows(session, NeverWish, member_id)),
            "messages": _rows(session, Message, member_id),
            "support_requests": [
                _row(one)
                | {
                    "sentence": opened(vault, one, "sentence"),
                    "wishes": opened(vault, one, "wishes"),
                }
                for one in session.scalars(
                    select(SupportRequest).where(SupportRequest.member_id == member_id)
                )
            ],
            "incidents": _rows(session, Incident, member_id),
            "texts_nobody_could_place": _rows(session, UnclearReply, member_id),
            "trail": [
                {"at": one.at.isoformat(), "who": one.actor, "what": one.action, "detail": one.detail}
                for one in session.scalars(trail_of(session, member_id).order_by(AuditEntry.seq))
            ],
        }


def opened(vault: Vault, request: SupportRequest, column: str) -> str:
    """What was written into a case, for the member themselves."""
    sealed = getattr(request, f"{column}_sealed")
    return vault.open(sealed, "support_request", column, request.id) if sealed else ""


def _rows(session: Session, model: Any, member_id: UUID) -> list[dict[str, Any]]:
    return [_row(one) for one in session.scalars(select(model).where(model.member_id == member_id))]


def _row(row: Any, *, skip: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The columns that mean something to a person: no ciphertext, no fingerprint."""
    return {
        column.name: _plain(getattr(row, column.name))
        for column in row.__table__.columns
        if column.name not in skip and not column.name.endswith(("_sealed", "_index", "_hash"))
    }


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str | int | bool | dict | None) else str(value)

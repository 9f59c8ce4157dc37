"""A supporter fears for somebody's safety: the clinical backup and the on-call chain are paged at once."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.case_people import may_have, person_of
from engine.deployment import Deployment
from engine.flag_crisis import flag_crisis
from engine.staff import notify, with_role
from store.models import Incident, Staff, SupportRequest


def fear_for_person(
    session: Session, deployment: Deployment, request: SupportRequest, staff: Staff, now: datetime
) -> None:
    """Opens an incident through which people are paged until one acknowledges, and pages every clinical backup.

    What is answered goes to the one who fears, as on the support page: nobody writes to the person about it.
    """
    medium, column = ("sms", "phone") if staff.phone_sealed else ("email", "email")
    sealed = staff.phone_sealed if medium == "sms" else staff.email_sealed
    if sealed is not None:
        address = deployment.vault.open(sealed, "staff", column, staff.id)
        index = deployment.vault.index(str(request.id), "alarm")  # one a case: two may be raised at once
        flag_crisis(
            session, deployment, about="other", member=person_of(session, deployment, request).member,
            medium=medium, address=address, address_index=index, text=None, now=now,
            existing=_open_incident(session, index),
        )  # fmt: skip
    backup = [
        one for one in with_role(session, "clinical_backup") if may_have(session, deployment, one, request)
    ]
    key = f"backup:{request.id}:{now.isoformat()}"
    notify(session, deployment, backup, kind="page", key=key, now=now, details={"number": "1"}, by="sms")


def _open_incident(session: Session, index: str) -> Incident | None:
    return session.scalars(
        select(Incident).where(Incident.from_index == index, Incident.state != "closed")
    ).one_or_none()

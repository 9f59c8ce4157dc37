"""A supporter fears for somebody's safety: the on-call chain and the clinical backup are paged at once."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.case_people import person_of
from engine.deployment import Deployment
from engine.flag_crisis import flag_crisis
from engine.page_responders import page_backup
from store.models import Incident, Staff, SupportRequest


def fear_for_person(
    session: Session, deployment: Deployment, request: SupportRequest, staff: Staff, now: datetime
) -> None:
    """Opens an incident through which people are paged until one acknowledges, and pages the clinical backup once.

    Again while that incident is open pages no backup anew; a new fear, later in the same case, does.
    What is answered goes to the one who fears, as on the support page: nobody writes to the person about it.
    """
    medium, column = ("sms", "phone") if staff.phone_sealed else ("email", "email")
    sealed = staff.phone_sealed if medium == "sms" else staff.email_sealed
    address = deployment.vault.open(sealed, "staff", column, staff.id) if sealed else ""
    index = deployment.vault.index(str(request.id), "alarm")  # one a case: two may be raised at once
    incident = flag_crisis(
        session, deployment, about="other", member=person_of(session, deployment, request).member,
        medium=medium, address=address, address_index=index, text=None, now=now,
        existing=_open_incident(session, index), with_backup=True,
    )  # fmt: skip
    page_backup(session, deployment, incident, now)


def _open_incident(session: Session, index: str) -> Incident | None:
    return session.scalars(
        select(Incident).where(Incident.from_index == index, Incident.state != "closed")
    ).one_or_none()

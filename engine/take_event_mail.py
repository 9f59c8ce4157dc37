"""An adverse event by mail, from the safety-reporting system: everybody it names is offered outreach, once.

Of the mail nothing is kept but a fingerprint of its id, against repeats. One that cannot be read is told to the
coordinators, without a word of it; one from somebody who is not on the list is no report, but a mail like any other.
"""

import hashlib
from dataclasses import asdict
from datetime import datetime

import structlog
from sqlalchemy import select

from channels.inbound_mail import InboundMail
from engine.deployment import Deployment
from engine.open_cases import Involved, Report, open_cases
from engine.staff import notify, with_role
from escalation.event_mail import BadEventMail, EventMail, read_event_mail
from escalation.ways_in import Source
from nudges.mailhtml import html_text
from store import audit
from store.inserting import insert_new
from store.models import Inbound, new_id

PROVIDER = "event_mail"
log = structlog.get_logger(__name__)


def take_event_mail(deployment: Deployment, mail: InboundMail, provider_id: str, now: datetime) -> bool:
    """Whether the mail was a report, and was dealt with; False: it is to be taken as any other mail.

    The cases come before the note that the mail is done: a crash in between opens nothing twice, since a person has
    one open case, to which a second report adds.
    """
    door = deployment.event_door
    if door is None or not door.is_addressed(mail.recipients):
        return False
    if not door.admits(mail.from_, mail.headers):
        log.warning("event_mail_refused", security=True)
        with deployment.database.writes.begin() as session:
            audit.record(session, at=now, actor="system", action="event_mail_refused")
        return False
    mark = hashlib.sha256(provider_id.encode()).hexdigest()
    if _is_known(deployment, mark):
        return True
    try:
        reported = read_event_mail(mail.text if mail.text.strip() else html_text(mail.html))
    except BadEventMail as fault:
        _tell(deployment, mark, str(fault), now)
        return True
    open_cases(deployment, _report(reported), actor="event_mail", now=now)
    _note(deployment, mark, "event_mail_taken", f"{len(reported.people)} to be offered outreach", now)
    return True


def _report(reported: EventMail) -> Report:
    involved = [Involved(**asdict(person)) for person in reported.people]
    return Report(involved=involved, source=Source.EVENT, kind=reported.kind, sentence=reported.said.text)


def _is_known(deployment: Deployment, mark: str) -> bool:
    with deployment.database.reads() as session:
        found = select(Inbound.id).where(Inbound.provider == PROVIDER, Inbound.provider_id == mark)
        return session.scalars(found).first() is not None


def _tell(deployment: Deployment, mark: str, why: str, now: datetime) -> None:
    """The coordinators look it up in the reporting system and note it by hand; what is missing stands in the trail."""
    with deployment.database.writes.begin() as session:
        notify(
            session, deployment, with_role(session, "coordinator") or with_role(session, "director"),
            kind="event_mail_notice", key=f"{PROVIDER}:{mark}", now=now, details={"path": "/requests/new"},
        )  # fmt: skip
    _note(deployment, mark, "event_mail_unread", why, now)


def _note(deployment: Deployment, mark: str, action: str, detail: str, now: datetime) -> None:
    """Only the mark stays, as of every message that was answered."""
    row = {
        "id": new_id(), "provider": PROVIDER, "provider_id": mark, "medium": "email", "state": "done",
        "from_index": "", "body_index": "", "automatic": True, "received_at": now, "settled_at": now,
    }  # fmt: skip
    with deployment.database.writes.begin() as session:
        if insert_new(session, Inbound, [row], ("provider", "provider_id")):
            audit.record(session, at=now, actor="system", action=action, detail=detail)

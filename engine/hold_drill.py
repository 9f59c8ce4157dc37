"""A drill: a made-up crisis text goes the whole way, from receipt to acknowledgement, and touches no member.

Its incident is marked, its pages say DRILL, its answer is written and sent to nobody. Works beside a running server
and without one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.answer_inbound import answer_inbound
from engine.clock import Clock
from engine.crisis_answers import crisis_answer
from engine.deployment import Deployment
from engine.look_after import FORGOTTEN
from engine.receive import DRILL, receive_drill
from engine.staff import name_of_staff
from engine.tick import help_now
from escalation.incidents import IncidentState
from nudges.texts import render
from store import audit
from store.models import Incident, Message, Staff, new_id

WORDS = "This is a drill. I want to die."
LOOK_EVERY = timedelta(seconds=1)
ANSWER_WITHIN = timedelta(seconds=30)  # a drill whose text is not understood by then has failed


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfDrill:
    """One page, and after how many seconds the provider had it."""

    to: str  # staff id
    by: str
    state: str
    seconds: float | None


@dataclass(slots=True)
class DrillReport:
    """How it went; lengths in seconds from receipt."""

    understood: float | None = None
    answer: str = ""  # what the sender would have read
    pages: list[PageOfDrill] = field(default_factory=list)
    acknowledged: float | None = None
    acknowledged_by: str = ""
    problem: str = ""


def hold_drill(deployment: Deployment, clock: Clock, *, wait: timedelta) -> DrillReport:
    """Runs one to its end: until a human acknowledges, or `wait` is over. The incident is closed either way."""
    report, began = DrillReport(), clock.now()
    sender = f"{DRILL} {new_id().hex}"
    receive_drill(deployment, sender=sender, body=WORDS, now=began)
    incident_id = None
    while clock.now() - began <= wait:
        answer_inbound(deployment, clock.now())
        help_now(deployment, clock)
        incident_id = incident_id or _understood(deployment, sender, report, began, clock.now())
        if incident_id is None and clock.now() - began > ANSWER_WITHIN:
            report.problem = "the text was not understood as a crisis"
            return report
        if incident_id is not None and _seen(deployment, incident_id, report, began):
            break
        clock.sleep(LOOK_EVERY)
    if incident_id is not None:
        _end(deployment, incident_id, clock.now())
    if not report.problem and report.acknowledged is None:
        nobody = not report.pages
        report.problem = "nobody could be paged" if nobody else "nobody acknowledged in time"
    return report


def _understood(
    deployment: Deployment, sender: str, report: DrillReport, began: datetime, now: datetime
) -> UUID | None:
    """The drill's incident once it is open; then the answer is written, too."""
    index = deployment.vault.index(sender, "sms")
    with deployment.database.reads() as session:
        incident = session.scalars(select(Incident).where(Incident.from_index == index)).first()
        if incident is None:
            return None
        kind, fields = crisis_answer(session, deployment, incident, now)
    program = deployment.program
    report.understood = (now - began).total_seconds()
    report.answer = render(kind, "sms", program.wording, program.fields() | fields).body
    return incident.id


def _seen(deployment: Deployment, incident_id: UUID, report: DrillReport, began: datetime) -> bool:
    """Brings the report up to date; True when a human has acknowledged."""
    with deployment.database.reads() as session:
        incident = session.get_one(Incident, incident_id)
        report.pages = list(_pages(session, incident_id, began))
        if incident.acknowledged_at is None:
            return False
        staff = session.get(Staff, incident.acknowledged_by) if incident.acknowledged_by else None
        report.acknowledged = (incident.acknowledged_at - began).total_seconds()
        report.acknowledged_by = name_of_staff(deployment.vault, staff) if staff else ""
    return True


def _pages(session: Session, incident_id: UUID, began: datetime) -> Sequence[PageOfDrill]:
    rows = session.execute(
        select(Message, Staff.ref)
        .join(Staff, Staff.id == Message.staff_id)
        .where(Message.incident_id == incident_id)
        .order_by(Message.created_at, Message.id)
    )
    return [
        PageOfDrill(
            to=ref, by=message.medium, state=message.state,
            seconds=(message.sent_at - began).total_seconds() if message.sent_at else None,
        )
        for message, ref in rows
    ]  # fmt: skip


def _end(deployment: Deployment, incident_id: UUID, now: datetime) -> None:
    """A drill ends whatever its state: nobody waits for anything."""
    with deployment.database.writes.begin() as session:
        incident = session.get_one(Incident, incident_id, with_for_update=True)
        incident.state, incident.closed_at, incident.outcome = IncidentState.CLOSED, now, DRILL
        incident.text_sealed = incident.from_sealed = incident.next_page_at = incident.report_by = None
        incident.from_index = FORGOTTEN
        audit.record(session, at=now, actor="system", action="drill_closed", subject=None)

"""What is said on the phone, and what a pressed digit does: callers of our number, and responders whom we called.

Returns which words are true and their values; the voice itself is the web's.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from engine.correspondent import is_disowned
from engine.crisis_answers import crisis_answer, who_and_when
from engine.deployment import URGENT, Deployment
from engine.flag_crisis import flag_crisis
from engine.handle_incident import acknowledge, note_try
from engine.page_responders import pass_on
from engine.responders import NotYours, chain_for
from escalation.incidents import About, AlreadyTaken, IncidentState, NotAllowed
from nudges.kinds import policy_of
from store.addresses import BadAddress, index_form, normal
from store.members import contact_by_index
from store.models import Incident, Message, Staff

CALLING_NOW = timedelta(minutes=5)  # until when "calling now" holds
LATER = timedelta(minutes=30)  # what pressing 2 promises
HIDDEN = "caller_hidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """Which words, and their values; `asks` where a digit may follow."""

    kind: str
    fields: dict[str, str] = field(default_factory=dict)
    asks: bool = False


def greet_caller(deployment: Deployment, now: datetime) -> Spoken:
    """The lines that help, and how to be called back; nothing is stored yet."""
    with deployment.database.reads() as session:
        chain = chain_for(session, deployment, None, now)
    if chain:
        return Spoken(kind="caller", fields={"role": chain[0].role}, asks=True)
    return Spoken(kind="caller_unattended", asks=True)


def note_call_back(deployment: Deployment, number: str, now: datetime) -> Spoken:
    """A caller pressed 1: an incident that pages, once; what is said follows from who can be alerted."""
    try:
        address = normal("sms", number)
    except BadAddress:
        return Spoken(kind=HIDDEN)
    index = deployment.vault.index(index_form("sms", address), "sms")
    with deployment.database.writes.begin() as session:
        point = None if is_disowned(session, "sms", index) else contact_by_index(session, "sms", index)
        member = point.member if point else None
        mine = Incident.from_index == index
        if member is not None:
            mine = mine | (Incident.member_id == member.id)
        existing = session.scalars(
            select(Incident).where(mine, Incident.state != IncidentState.CLOSED).limit(1)
        ).first()
        insists = existing is None or not existing.wants_call
        incident = flag_crisis(
            session, deployment, about=About.CALL_BACK, member=member, medium="sms", address=address,
            address_index=index, text=None, now=now, existing=existing, insists=insists,
        )  # fmt: skip
        incident.wants_call = True
        kind, fields = crisis_answer(session, deployment, incident, now)
    deployment.wake(URGENT)
    if kind == "crisis_acknowledged":
        return Spoken(kind="caller_taken", fields=fields)
    return Spoken(
        kind="caller_noted_unattended" if kind.endswith("_unattended") else "caller_noted", fields=fields
    )


def greet_responder(deployment: Deployment, message_id: UUID | None) -> Spoken:
    """What a responder hears who takes up a page by call: no name and no word of the member."""
    with deployment.database.reads() as session:
        message = session.get(Message, message_id) if message_id else None
        incident = session.get(Incident, message.incident_id) if message and message.incident_id else None
        if message is None or incident is None or not policy_of(message.kind).pages:
            return Spoken(kind="page_over")
        if message.kind in ("page", "page_drill") and incident.state != IncidentState.OPEN:
            return _taken_by(deployment, message, incident)
        return Spoken(kind=message.kind, asks=message.kind != "page_again")


def press(deployment: Deployment, message_id: UUID | None, digit: str, now: datetime) -> Spoken:
    """A responder pressed a digit: 1 calling now, 2 within half an hour, 3 cannot, so that the next is paged."""
    with deployment.database.reads() as session:
        message = session.get(Message, message_id) if message_id else None
        staff = session.get(Staff, message.staff_id) if message and message.staff_id else None
    if message is None or staff is None or message.incident_id is None or not policy_of(message.kind).pages:
        return Spoken(kind="page_over")
    try:
        return _pressed(deployment, message, message.incident_id, staff, digit, now)
    except AlreadyTaken as fault:
        return Spoken(kind="page_theirs", fields={"responder": fault.responder})
    except (NotAllowed, NotYours, LookupError):
        return Spoken(kind="page_over")


def _pressed(
    deployment: Deployment, message: Message, incident_id: UUID, staff: Staff, digit: str, now: datetime
) -> Spoken:
    if message.kind == "page_reminder":
        if digit != "1":
            return Spoken(kind=message.kind, asks=True)
        note_try(deployment, incident_id, staff, now)
        return Spoken(kind="page_tried")
    if digit in ("1", "2"):
        by = now + (CALLING_NOW if digit == "1" else LATER)
        acknowledge(deployment, incident_id, staff, call_by=by, calling_now=digit == "1", now=now)
        return Spoken(kind="page_taken")
    if digit == "3":
        passed = pass_on(deployment, incident_id, staff, now)
        return Spoken(kind="page_passed" if passed else "page_alone")
    return Spoken(kind=message.kind, asks=True)


def _taken_by(deployment: Deployment, message: Message, incident: Incident) -> Spoken:
    if incident.state == IncidentState.CLOSED:
        return Spoken(kind="page_over")
    if incident.acknowledged_by == message.staff_id:
        return Spoken(kind="page_taken")
    with deployment.database.reads() as session:
        return Spoken(kind="page_theirs", fields=who_and_when(session, deployment, incident))

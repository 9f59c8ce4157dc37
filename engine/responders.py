"""Who answers a crisis: the on-call chain that may have the case and can be reached, and who may take one.

Every use case on an incident asks here, so that no route can forget to.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from engine.deployment import RELAY, Deployment
from engine.handlers import may_handle, responders_for
from engine.program import Program
from engine.staff import staff_by_ref
from escalation.roster import Responder, on_call
from pairing.errors import PrepairedError
from store.models import Incident, Member, Staff


class NotYours(PrepairedError):
    """The case is not this person's: no responder, of the same unit, kept apart, or the person it is about."""


def is_responder(program: Program, staff: Staff) -> bool:
    """Whether crises are this person's to answer: by role, or because the roster may page them."""
    return "responder" in staff.roles.split(",") or staff.ref in program.roster.named


def member_of(session: Session, incident: Incident) -> Member | None:
    """Whose incident it is; None for a stranger's and for a drill."""
    return session.get(Member, incident.member_id) if incident.member_id else None


def may_answer(session: Session, deployment: Deployment, staff: Staff, incident: Incident) -> bool:
    """Whether that person may see the incident and act on it."""
    if not staff.active or not is_responder(deployment.program, staff):
        return False
    return may_handle(session, deployment.vault, staff, member_of(session, incident))


def check_may_answer(session: Session, deployment: Deployment, staff: Staff, incident: Incident) -> None:
    """Raises NotYours unless that person may act on the incident."""
    if not may_answer(session, deployment, staff, incident):
        raise NotYours("that incident is not this person's to answer")


def chain_for(
    session: Session, deployment: Deployment, member: Member | None, now: datetime
) -> tuple[Responder, ...]:
    """Whom to page now, in order, each with the media that reach them; empty where nobody can be alerted.

    Where somebody is on call but may not have this case, it is the alternate's.
    """
    found = responders_for(session, deployment, member, now)
    roster = deployment.program.roster
    if not found and on_call(roster, now) and roster.alternate:
        alternate = next(one for one in roster.responders if one.id == roster.alternate)
        staff = staff_by_ref(session, alternate.id)
        found = (alternate,) if staff and may_handle(session, deployment.vault, staff, member) else ()
    reachable = (replace(one, media=_media(deployment, one)) for one in found)
    return tuple(one for one in reachable if one.media and staff_by_ref(session, one.id))


def media_of_staff(deployment: Deployment, staff: Staff) -> tuple[str, ...]:
    """Every way that is switched on to page that person."""
    known = next((one for one in deployment.program.roster.responders if one.id == staff.ref), None)
    return _media(deployment, known) if known else ()


def _media(deployment: Deployment, responder: Responder) -> tuple[str, ...]:
    """The responder's media as this program can serve them; mail goes over the hospital's own relay if there is one."""
    on = deployment.channels
    ways = (RELAY if medium == "email" and RELAY in on else medium for medium in responder.media)
    return tuple(way for way in ways if way in on)

"""What the support page shows to the holder of a good link: the prompt, and where things stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.crisis_answers import crisis_answer
from engine.deployment import Deployment
from engine.fear_danger import open_incident_of
from engine.handlers import coordinators_for
from engine.link_holders import holder_of
from engine.links import Bearer
from engine.offer_choice import Choice, choices_of
from engine.shared_prompts import number_of, prompt_for
from engine.staff import name_of_staff
from escalation.requests import OPEN_STATES
from nudges.kinds import policy_of
from nudges.prompts import is_turn
from store.cohorts import active_group_of
from store.members import name_of
from store.models import CheckIn, GroupPlace, Incident, Member, Message, Staff, SupportRequest
from web.views_buddies import BuddyShown, buddies_shown


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestShown:
    """The member's own request, as it stands."""

    state: str
    is_open: bool  # confirmed: in somebody's hands
    coordinator: str  # who has it, never somebody of the member's own unit
    by: str  # by when a supporter is to be found, or to have been in touch


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentShown:
    """The member's open incident, in words that are true right now."""

    state: str
    role: str  # of whoever is on call
    is_attended: bool  # somebody is on call
    responder: str
    by: str  # when the responder will call, once they have said so


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportView:
    """Everything on the page that depends on whose it is."""

    name: str
    language: str
    prompt: str
    is_my_turn: bool | None  # to call first; None where the page is not of a nudge
    buddies: list[BuddyShown]
    may_log: bool
    logged: bool | None  # the answer that is on record for this nudge, None without one
    request: RequestShown | None
    choices: Sequence[Choice]  # whom the member may choose, where that was offered
    incident: IncidentShown | None


def support_view(deployment: Deployment, token: str, now: datetime) -> SupportView | None:
    """The page of that link; None where the token stands for nobody. Reads only."""
    with deployment.database.reads() as session:
        holder = holder_of(session, token, now)
        if holder is None:
            return None
        member = holder.member
        nudge = _nudge(session, holder.bearer)
        incident = open_incident_of(session, member)
        has_group = active_group_of(session, member.id) is not None
        may_log = member.mode != "remind" and incident is None and has_group
        return SupportView(
            name=name_of(deployment.vault, member).split(" ")[0],
            language=member.language or deployment.program.language,
            prompt=_prompt(session, deployment, nudge),
            is_my_turn=_turn(session, deployment, nudge, member),
            buddies=_buddies(session, deployment, nudge, member),
            may_log=may_log,
            logged=_logged(session, nudge) if may_log else None,
            request=_request(session, deployment, member),
            choices=choices_of(session, deployment, member, now),
            incident=_incident(session, deployment, incident, now) if incident else None,
        )


def _nudge(session: Session, bearer: Bearer) -> Message | None:
    message = session.get(Message, bearer.message_id) if bearer.message_id else None
    return message if message is not None and policy_of(message.kind).nudge else None


def _prompt(session: Session, deployment: Deployment, nudge: Message | None) -> str:
    if nudge is None:
        return ""
    return prompt_for(session, deployment.program, nudge)


def _buddies(
    session: Session, deployment: Deployment, nudge: Message | None, member: Member
) -> list[BuddyShown]:
    """Whom the nudge is about, while they are still in one group."""
    if nudge is None or nudge.group_id is None:
        return []
    place = session.get(GroupPlace, (nudge.group_id, member.id))
    return buddies_shown(session, deployment, member, nudge.group_id) if place and place.active else []


def _turn(session: Session, deployment: Deployment, nudge: Message | None, member: Member) -> bool | None:
    if nudge is None or nudge.group_id is None:
        return None
    seats = sorted(
        session.scalars(
            select(GroupPlace.member_id).where(GroupPlace.group_id == nudge.group_id, GroupPlace.active)
        )
    )
    if member.id not in seats or len(seats) < 2:
        return None
    return is_turn(number_of(session, deployment.program, nudge), seats.index(member.id), len(seats))


def _logged(session: Session, nudge: Message | None) -> bool | None:
    if nudge is None or nudge.group_id is None or nudge.period is None:
        return None
    return session.scalar(
        select(CheckIn.connected).where(
            CheckIn.group_id == nudge.group_id, CheckIn.kind == nudge.kind, CheckIn.period == nudge.period
        )
    )


def _request(session: Session, deployment: Deployment, member: Member) -> RequestShown | None:
    row = session.scalars(
        select(SupportRequest).where(
            SupportRequest.member_id == member.id, SupportRequest.state.in_(OPEN_STATES)
        )
    ).one_or_none()
    if row is None:
        return None
    people = coordinators_for(session, deployment, member)
    by = row.match_by if row.state == "open" else row.contact_by
    return RequestShown(
        state=row.state,
        is_open=row.state != "pending",
        coordinator=name_of_staff(deployment.vault, people[0]) if people else "The program",
        by=deployment.program.local_time(by) if by else "",
    )


def _incident(session: Session, deployment: Deployment, incident: Incident, now: datetime) -> IncidentShown:
    kind, fields = crisis_answer(session, deployment, incident, now)
    staff = session.get(Staff, incident.acknowledged_by) if incident.acknowledged_by else None
    return IncidentShown(
        state=incident.state,
        role=fields.get("role", deployment.program.on_call_role),
        is_attended=not kind.endswith("_unattended"),
        responder=name_of_staff(deployment.vault, staff) if staff else "",
        by=deployment.program.local_time(incident.call_by) if incident.call_by else "",
    )

"""One case with all that the one who works it needs, and no more than their part in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy.orm import Session

from engine.case_people import person_of
from engine.deployment import Deployment
from engine.match_supporters import Suggestion, suggestions
from engine.staff import name_of_staff
from escalation.acts import Actor, allowed
from escalation.outreach import AFTER_A_NO, QUESTIONS, REMEMBER, Card, cards_for, invitation
from escalation.requests import IN_TOUCH, RequestEvent, RequestState
from store.models import Staff, Supporter, SupportRequest
from web.console_session import Viewer
from web.views_requests import RequestShown, capacities, shown

SHOWN_ATTRIBUTES = (
    "specialty",
    "role",
    "seniority",
    "unit",
    "site",
    "shift",
    "languages",
)  # what a match goes by
_E = RequestEvent
_ORDER = (  # the likeliest first, the alarm last
    _E.MATCH, _E.ACCEPT, _E.SETTLE, _E.REACH, _E.TALK, _E.REFER, _E.MISS, _E.CLOSE, _E.DECLINE, _E.PASS_BACK, _E.FEAR,
)  # fmt: skip
_BEFORE_ACCEPTING = frozenset({RequestState.MATCHED})
_NO_SCRIPT = frozenset({RequestState.OPEN, RequestState.MATCHED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What to say, as the supporter would say it, and what not to forget."""

    invitation: str
    after_a_no: str
    questions: tuple[str, ...]
    remember: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage:
    """One case."""

    row: RequestShown
    alias: str
    contacts: tuple[tuple[str, str], ...]  # medium, address; only for who has taken the case or has the queue
    how: str
    sentence: str
    wishes: tuple[tuple[str, str], ...]
    attributes: tuple[tuple[str, str], ...]
    match_by: datetime | None
    contact_by: datetime | None
    next_step: str
    next_at: datetime | None
    follow_up_due: bool
    talks: int
    tries: int
    suggestions: list[Suggestion]  # the pool for this case, best first; empty unless to be matched
    offered: frozenset[str]
    script: Script | None
    cards: list[Card]
    events: tuple[RequestEvent, ...]  # what this viewer may do next
    is_own: bool  # the viewer is the supporter
    wants_invitations: bool  # the viewer asked for calendar entries
    has_queue: bool  # the viewer coordinates, or stands in


def request_page(
    session: Session, deployment: Deployment, viewer: Viewer, request_id: UUID, now: datetime
) -> RequestPage | None:
    """One case; None where there is none that this viewer may see."""
    request = session.get(SupportRequest, request_id)
    actors = capacities(session, deployment, viewer, request, now) if request else frozenset()
    if request is None or not actors:
        return None
    person, state = person_of(session, deployment, request), RequestState(request.state)
    sees_contacts = Actor.COORDINATOR in actors or state not in _BEFORE_ACCEPTING
    to_match = state is RequestState.OPEN and Actor.COORDINATOR in actors
    return RequestPage(
        row=shown(session, deployment, request, now),
        alias=request.alias,
        contacts=person.contacts if sees_contacts else (),
        how=person.how if sees_contacts else "",
        sentence=_sentence(deployment, request),
        wishes=tuple(_wishes(deployment, request).items()),
        attributes=tuple(
            (name, ", ".join(person.attributes[name]))
            for name in SHOWN_ATTRIBUTES
            if person.attributes.get(name)
        ),
        match_by=request.match_by,
        contact_by=request.contact_by,
        next_step=request.next_step or "",
        next_at=request.next_at,
        follow_up_due=state in IN_TOUCH and request.reminded > 0 and request.next_step != "close",
        talks=request.talks or 0,
        tries=request.tries or 0,
        suggestions=suggestions(session, deployment, request, now) if to_match else [],
        offered=frozenset(request.offered or ()),
        script=None if state in _NO_SCRIPT else _script(session, deployment, request, viewer),
        cards=cards_for(deployment.program.cards, person.attributes.get("site", ())),
        events=tuple(sorted(allowed(state, actors), key=_ORDER.index)),
        is_own=Actor.SUPPORTER in actors,
        wants_invitations=_wants_invitations(session, viewer),
        has_queue=Actor.COORDINATOR in actors,
    )


def _script(session: Session, deployment: Deployment, request: SupportRequest, viewer: Viewer) -> Script:
    supporter = session.get(Staff, request.supporter_id) if request.supporter_id else None
    name = name_of_staff(deployment.vault, supporter) if supporter else viewer.name
    return Script(
        invitation=invitation(name, deployment.program.name, request.source),
        after_a_no=AFTER_A_NO,
        questions=tuple(QUESTIONS),
        remember=REMEMBER,
    )


def _wants_invitations(session: Session, viewer: Viewer) -> bool:
    row = session.get(Supporter, viewer.id)
    return row is not None and row.wants_invitations


def _sentence(deployment: Deployment, request: SupportRequest) -> str:
    if request.sentence_sealed is None:
        return ""
    return deployment.vault.open(request.sentence_sealed, "support_request", "sentence", request.id)


def _wishes(deployment: Deployment, request: SupportRequest) -> dict[str, str]:
    if request.wishes_sealed is None:
        return {}
    opened = deployment.vault.open_json(request.wishes_sealed, "support_request", "wishes", request.id)
    return {name: words for name, words in cast("dict[str, str]", opened).items() if words}

"""What each intent of a member causes, as the table in docs/replies says; a crisis is not decided here."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from engine import answers_to_nudges, opt_out
from engine.correspondent import Correspondent
from engine.crisis_answers import crisis_answer
from engine.deployment import Deployment
from engine.flag_crisis import flag_crisis
from engine.handlers import coordinators_for
from engine.offered_calls import offer_taken_up
from engine.reply import Reply
from engine.request_support import confirm, open_request_of, wish_for_support
from engine.staff import notify
from escalation.requests import RequestState
from nudges.replies import About, Intent, Understanding
from store.inserting import insert_new
from store.models import Rematch, new_id

NO_ANSWER_WHILE_SUPPRESSED = frozenset(Intent) - {Intent.START, Intent.STOP, Intent.HELP}
ASKS_FOR_HELP = frozenset({Intent.SUPPORT, Intent.CONCERN, Intent.ORANGE, Intent.RED})


def act_on(
    session: Session, deployment: Deployment, who: Correspondent, said: Understanding, now: datetime
) -> None:
    """Does what the member's words ask for. `who.member` is known and trusted, or only wants to stop."""
    reply = Reply(session, deployment, who, said, now)
    if who.is_suppressed and said.intent in NO_ANSWER_WHILE_SUPPRESSED:
        _while_suppressed(reply)
        return
    if who.member is not None and said.intent is not Intent.STOP:
        who.member.resting_since = None
    _ACTS[said.intent](reply)


def _while_suppressed(reply: Reply) -> None:
    """YES, 1 or a thumbs-up never silently re-subscribe; but who asks for help after a STOP gets it: the call that
    our crisis answer offered, the supporter that the STOP's own answer did, or where help is to be found."""
    if reply.said.intent is Intent.SUPPORT and reply.who.incident is not None:
        _call(reply)
    elif reply.said.intent is Intent.SUPPORT and open_request_of(reply.session, reply.member.id):
        confirm(reply.session, reply.deployment, reply.member, reply.now)
        reply.answer("stopped_asked")
    elif reply.said.intent in ASKS_FOR_HELP:
        _help(reply)


def _support(reply: Reply) -> None:
    offered = offer_taken_up(reply.session, reply.inbound, reply.who.text, reply.now)
    if reply.who.incident is not None or offered is Intent.CONCERN:
        _call(reply)
        return
    request = open_request_of(reply.session, reply.member.id)
    if request is None and offered is not Intent.RED:
        wish_for_support(reply.session, reply.deployment, reply.member, reply.now)
        reply.answer("stopped_offer" if reply.stops else "support_offer")
        return
    opened = confirm(reply.session, reply.deployment, reply.member, reply.now)
    if reply.stops:
        reply.answer("stopped_asked")
        return
    by = opened.match_by if opened.state == RequestState.OPEN else opened.contact_by
    reply.answer(
        "support_confirmed", by=reply.deployment.program.local_time(by or reply.now, reply.member.timezone)
    )


def _call(reply: Reply) -> None:
    """Within an incident its responder is asked for a call; after a worry it is the third door, and pages."""
    incident, insists = reply.who.incident, False
    if incident is not None:
        insists, incident.wants_call = not incident.wants_call, True
    paged = flag_crisis(
        reply.session, reply.deployment, about=incident.about if incident else About.OTHER, member=reply.member,
        medium=incident.medium if incident else reply.inbound.medium, address=reply.who.address,
        address_index=incident.from_index if incident else reply.inbound.from_index, text=None, now=reply.now,
        existing=incident, insists=insists,
    )  # fmt: skip
    paged.wants_call = True
    kind, details = crisis_answer(reply.session, reply.deployment, paged, reply.now)
    reply.answer(kind, **details)


def _concern(reply: Reply) -> None:
    reply.answer("stopped_doors" if reply.stops else "doors")


def _stop(reply: Reply) -> None:
    opt_out.stop(
        reply.session,
        reply.deployment,
        medium=reply.inbound.medium,
        address_index=reply.inbound.from_index,
        member=reply.member,
        now=reply.now,
        how="reply",
    )
    if not reply.who.is_suppressed:
        reply.answer("stopped")


def _start(reply: Reply) -> None:
    lifted = opt_out.start(
        reply.session,
        medium=reply.inbound.medium,
        address_index=reply.inbound.from_index,
        member=reply.member,
        now=reply.now,
    )
    if lifted:
        reply.answer("started")


def _help(reply: Reply) -> None:
    reply.answer("help")


def _rematch(reply: Reply) -> None:
    row = {"id": new_id(), "member_id": reply.member.id, "asked_at": reply.now}
    if insert_new(reply.session, Rematch, [row], ("member_id",)):
        people = coordinators_for(reply.session, reply.deployment, reply.member)
        notify(
            reply.session, reply.deployment, people, kind="rematch_notice",
            key=f"rematch:{reply.member.id}:{reply.inbound.id}", now=reply.now, details={"path": "/groups"},
        )  # fmt: skip
    reply.answer("rematch")


def _wrong_person(reply: Reply) -> None:
    opt_out.disown(
        reply.session,
        reply.deployment,
        medium=reply.inbound.medium,
        address_index=reply.inbound.from_index,
        member=reply.member,
        now=reply.now,
    )
    reply.answer("wrong_person")


_ACTS: dict[Intent, Callable[[Reply], None]] = {
    Intent.CONNECTED: answers_to_nudges.connected,
    Intent.NOT_CONNECTED: answers_to_nudges.not_connected,
    Intent.LATER: answers_to_nudges.later,
    Intent.PAUSE: answers_to_nudges.pause,
    Intent.GREEN: answers_to_nudges.colour,
    Intent.YELLOW: answers_to_nudges.colour,
    Intent.ORANGE: answers_to_nudges.colour,
    Intent.RED: answers_to_nudges.colour,
    Intent.SUPPORT: _support,
    Intent.CONCERN: _concern,
    Intent.STOP: _stop,
    Intent.START: _start,
    Intent.HELP: _help,
    Intent.REMATCH: _rematch,
    Intent.WRONG_PERSON: _wrong_person,
    Intent.UNCLEAR: answers_to_nudges.unclear,
}

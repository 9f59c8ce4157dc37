"""What each intent of a member causes, as the table in docs/replies says; a crisis is not decided here."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import opt_out
from engine.choose_rhythm import choose_rhythm
from engine.correspondent import Correspondent
from engine.crisis_answers import crisis_answer
from engine.deployment import Deployment
from engine.flag_crisis import flag_crisis
from engine.handlers import coordinators_for
from engine.log_check_in import log_check_in, question_of
from engine.offered_calls import offer_taken_up
from engine.outbox import Draft, put
from engine.request_support import confirm, open_request_of, wish_for_support
from engine.staff import notify
from escalation.requests import RequestState
from nudges.clock import instant, zone_of
from nudges.days import day_named
from nudges.replies import About, Intent, Understanding
from nudges.rhythm_words import rhythm_named
from store.inserting import insert_new
from store.models import Colour, Inbound, Member, Rematch, UnclearReply, new_id

RHYTHM_IN_WORDS = {"monthly": "once a month", "weekly": "every week"}
THANKS_EVERY = timedelta(days=30)
UNCLEAR_KEPT = timedelta(hours=72)
ASKED_WITHIN = timedelta(hours=24)
DEFAULT_PAUSE = timedelta(days=7)
NO_ANSWER_WHILE_SUPPRESSED = frozenset(Intent) - {Intent.START, Intent.STOP, Intent.HELP}
ASKS_FOR_HELP = frozenset({Intent.SUPPORT, Intent.CONCERN, Intent.ORANGE, Intent.RED})


def act_on(
    session: Session, deployment: Deployment, who: Correspondent, said: Understanding, now: datetime
) -> None:
    """Does what the member's words ask for. `who.member` is known and trusted, or only wants to stop."""
    reply = _Reply(session, deployment, who, said, now)
    if who.is_suppressed and said.intent in NO_ANSWER_WHILE_SUPPRESSED:
        _while_suppressed(reply)
        return
    if who.member is not None and said.intent is not Intent.STOP:
        who.member.resting_since = None
    _ACTS[said.intent](reply)


class _Reply:
    """One reply being acted on."""

    def __init__(
        self, session: Session, deployment: Deployment, who: Correspondent, said: Understanding, now: datetime
    ) -> None:
        if who.member is None:
            raise LookupError("a reply without a member")
        self.session, self.deployment, self.who, self.said, self.now = session, deployment, who, said, now
        self.member: Member = who.member
        self.inbound: Inbound = who.inbound

    @property
    def stops(self) -> bool:
        """Whether it is a STOP besides: its one answer is then the last word to that address."""
        return Intent.STOP in self.said.also

    def answer(self, kind: str, **details: str) -> None:
        """Queues the one answer to this reply, unless a machine is talking to us."""
        if self.who.is_loop:
            return
        draft = Draft(
            key=f"answer:{self.inbound.id}",
            kind=kind,
            medium=self.inbound.medium,
            member_id=self.member.id,
            details=details or None,
            due_at=self.now,
        )
        put(self.session, self.deployment, draft, self.now)


def _while_suppressed(reply: _Reply) -> None:
    """YES, 1 or a thumbs-up never silently re-subscribe; but who asks for help after a STOP gets it: the call that
    our crisis answer offered, the supporter that the STOP's own answer did, or where help is to be found."""
    if reply.said.intent is Intent.SUPPORT and reply.who.incident is not None:
        _call(reply)
    elif reply.said.intent is Intent.SUPPORT and open_request_of(reply.session, reply.member.id):
        confirm(reply.session, reply.deployment, reply.member, reply.now)
        reply.answer("stopped_asked")
    elif reply.said.intent in ASKS_FOR_HELP:
        _help(reply)


def _connected(reply: _Reply) -> None:
    if reply.who.incident is not None:
        return  # digits rest while an incident is open
    logged = _log(reply, connected=True)
    thanked = reply.member.thanked_at
    if logged and (thanked is None or reply.now - thanked >= THANKS_EVERY):
        reply.member.thanked_at = reply.now
        reply.answer("thanks")


def _log(reply: _Reply, *, connected: bool) -> bool:
    if reply.who.incident is not None:
        return False
    logged = log_check_in(
        reply.session,
        reply.member,
        connected=connected,
        medium=reply.inbound.medium,
        now=reply.now,
        asked_by=reply.who.asked_by,
    )
    return logged is not None


def _not_connected(reply: _Reply) -> None:
    _log(reply, connected=False)


def _later(reply: _Reply) -> None:
    """The same question again, on the day named or the next working one, at the member's own hour."""
    question = question_of(reply.session, reply.member, reply.now, reply.who.asked_by)
    program, member = reply.deployment.program, reply.member
    clock = program.clock(member.timezone, member.work_days)
    today = reply.now.astimezone(zone_of(member.timezone)).date()
    named = day_named(reply.who.text, today)
    day = named or clock.working_day(today + timedelta(days=1))
    if question is not None:
        due_at = instant(day, program.window.starts, member.timezone)
        draft = Draft(
            key=f"{question.natural_key.split(':later:')[0]}:later:{reply.inbound.id}",
            kind=question.kind,
            medium=reply.inbound.medium,
            member_id=member.id,
            cohort_id=question.cohort_id,
            group_id=question.group_id,
            slot=question.slot,
            period=question.period,
            due_at=due_at,
            send_before=program.quiet.begins_after(day, program.window.starts, member.timezone),
        )
        put(reply.session, reply.deployment, draft, reply.now)
    reply.answer("later", by=program.local_day(day))


def _pause(reply: _Reply) -> None:
    today = reply.now.astimezone(zone_of(reply.member.timezone)).date()
    day = day_named(reply.who.text, today) or today + DEFAULT_PAUSE
    reply.member.paused_until = day
    reply.answer("pause", by=reply.deployment.program.local_day(day))


def _colour(reply: _Reply) -> None:
    colour = reply.said.intent.value
    if reply.member.keeps_colours and reply.member.mode != "remind":
        row = Colour(id=new_id(), member_id=reply.member.id, colour=colour, at=reply.now)
        reply.session.add(row)
    if colour == "red":
        reply.member.resting_since = reply.now
    if colour in ("orange", "red"):
        reply.answer(colour)


def _support(reply: _Reply) -> None:
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


def _call(reply: _Reply) -> None:
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


def _concern(reply: _Reply) -> None:
    reply.answer("stopped_doors" if reply.stops else "doors")


def _stop(reply: _Reply) -> None:
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


def _start(reply: _Reply) -> None:
    lifted = opt_out.start(
        reply.session,
        medium=reply.inbound.medium,
        address_index=reply.inbound.from_index,
        member=reply.member,
        now=reply.now,
    )
    if lifted:
        reply.answer("started")


def _help(reply: _Reply) -> None:
    reply.answer("help")


def _rematch(reply: _Reply) -> None:
    row = {"id": new_id(), "member_id": reply.member.id, "asked_at": reply.now}
    if insert_new(reply.session, Rematch, [row], ("member_id",)):
        people = coordinators_for(reply.session, reply.deployment, reply.member)
        notify(
            reply.session, reply.deployment, people, kind="rematch_notice",
            key=f"rematch:{reply.member.id}:{reply.inbound.id}", now=reply.now, details={"path": "/groups"},
        )  # fmt: skip
    reply.answer("rematch")


def _wrong_person(reply: _Reply) -> None:
    opt_out.disown(
        reply.session,
        reply.deployment,
        medium=reply.inbound.medium,
        address_index=reply.inbound.from_index,
        member=reply.member,
        now=reply.now,
    )
    reply.answer("wrong_person")


def _unclear(reply: _Reply) -> None:
    """Asked once; the next unclear text goes to a named clinician, sealed. A tapback is no question."""
    if reply.said.matched.startswith("tapback"):
        return
    named = rhythm_named(reply.who.text)
    if named is not None and choose_rhythm(reply.session, reply.deployment, reply.member, named, reply.now):
        reply.answer("rhythm_set", by=RHYTHM_IN_WORDS[named])
        return
    asked = select(func.count()).where(
        Inbound.from_index == reply.inbound.from_index,
        Inbound.intent == Intent.UNCLEAR,
        Inbound.received_at > reply.now - ASKED_WITHIN,
        Inbound.id != reply.inbound.id,
    )
    if not reply.session.scalar(asked):
        reply.answer("unclear")
        return
    row = new_id()
    sealed = reply.deployment.vault.seal(reply.who.text, "unclear_reply", "text", row)
    reply.session.add(
        UnclearReply(
            id=row,
            member_id=reply.member.id,
            text_sealed=sealed,
            received_at=reply.now,
            expires_at=reply.now + UNCLEAR_KEPT,
        )
    )


_ACTS: dict[Intent, Callable[[_Reply], None]] = {
    Intent.CONNECTED: _connected,
    Intent.NOT_CONNECTED: _not_connected,
    Intent.LATER: _later,
    Intent.PAUSE: _pause,
    Intent.GREEN: _colour,
    Intent.YELLOW: _colour,
    Intent.ORANGE: _colour,
    Intent.RED: _colour,
    Intent.SUPPORT: _support,
    Intent.CONCERN: _concern,
    Intent.STOP: _stop,
    Intent.START: _start,
    Intent.HELP: _help,
    Intent.REMATCH: _rematch,
    Intent.WRONG_PERSON: _wrong_person,
    Intent.UNCLEAR: _unclear,
}

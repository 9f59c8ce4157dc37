"""What an answer to a nudge causes: a check-in, a later question, a rest, a color, or a question back."""

from datetime import timedelta

from sqlalchemy import func, select

from engine.choose_rhythm import choose_rhythm
from engine.log_check_in import log_check_in, question_of
from engine.outbox import Draft, put
from engine.reply import Reply
from nudges.clock import instant, zone_of
from nudges.days import day_named
from nudges.replies import Intent
from nudges.rhythm_words import rhythm_named
from store.models import Colour, Inbound, UnclearReply, new_id

RHYTHM_IN_WORDS = {"monthly": "once a month", "weekly": "every week"}
THANKS_EVERY = timedelta(days=30)
UNCLEAR_KEPT = timedelta(hours=72)
ASKED_WITHIN = timedelta(hours=24)
DEFAULT_PAUSE = timedelta(days=7)


def connected(reply: Reply) -> None:
    """A check-in for the whole group; thanks once a month at most."""
    if reply.who.incident is not None:
        return  # digits rest while an incident is open
    logged = _log(reply, connected=True)
    thanked = reply.member.thanked_at
    if logged and (thanked is None or reply.now - thanked >= THANKS_EVERY):
        reply.member.thanked_at = reply.now
        reply.answer("thanks")


def _log(reply: Reply, *, connected: bool) -> bool:
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


def not_connected(reply: Reply) -> None:
    """A check-in, too: nobody is told, and nothing follows."""
    _log(reply, connected=False)


def later(reply: Reply) -> None:
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


def pause(reply: Reply) -> None:
    """Nudges rest until the day named, or a week."""
    today = reply.now.astimezone(zone_of(reply.member.timezone)).date()
    day = day_named(reply.who.text, today) or today + DEFAULT_PAUSE
    reply.member.paused_until = day
    reply.answer("pause", by=reply.deployment.program.local_day(day))


def colour(reply: Reply) -> None:
    """A mood, kept where the member keeps them; red lets nudges rest until they write again."""
    colour = reply.said.intent.value
    if reply.member.keeps_colours and reply.member.mode != "remind":
        row = Colour(id=new_id(), member_id=reply.member.id, colour=colour, at=reply.now)
        reply.session.add(row)
    if colour == "red":
        reply.member.resting_since = reply.now
    if colour in ("orange", "red"):
        reply.answer(colour)


def unclear(reply: Reply) -> None:
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

"""Short replies that are settings rather than answers: KEEP, NEW or ADD, and an hour such as "7pm"."""

import re
from datetime import datetime, time

from sqlalchemy.orm import Session

from engine import rhythms
from engine.correspondent import Correspondent
from engine.deployment import Deployment
from engine.keep_group import ANSWERS, Choice, note_wish
from engine.outbox import Draft, put
from engine.patterns import LAST_HOUR
from store import audit
from store.cohorts import active_group_of
from store.models import Member

_HOUR = re.compile(r"(?:at )?(\d{1,2})(?:[:.](\d\d))? ?([ap])\.?m\.?|(?:at )?(\d{1,2}):(\d\d)")


def act_on_private_word(session: Session, deployment: Deployment, who: Correspondent, now: datetime) -> bool:
    """Whether the reply was one of these; then it is done and answered. The member is known and trusted."""
    member, words = who.member, " ".join(who.text.lower().strip(" .!").split())
    if member is None or who.is_suppressed:
        return False
    if words in set(Choice):
        group = active_group_of(session, member.id)
        if group is None or group.keep_asked_at is None:
            return False
        note_wish(session, deployment, member, Choice(words), now)
        _answer(session, deployment, who, member, ANSWERS[Choice(words)], now)
        return True
    hour = hour_named(words)
    if hour is None or deployment.program.quiet.covers(hour) or hour > LAST_HOUR:
        return False
    member.hour = f"{hour:%H:%M}"
    session.flush()
    rhythms.follow_members(session, deployment, now)
    audit.record(session, at=now, actor=f"member:{member.id}", action="chose_hour", subject=str(member.id))
    by = f"around {hour.hour % 12 or 12}:{hour:%M} {'AM' if hour.hour < 12 else 'PM'}"
    _answer(session, deployment, who, member, "hour_set", now, by=by)
    return True


def hour_named(words: str) -> time | None:
    """The time of day that the whole text is: "7pm", "7:30 am", "19:00"."""
    found = _HOUR.fullmatch(words)
    if found is None:
        return None
    twelve, past, half, whole, minutes = found.groups()
    hour = int(whole) if whole else int(twelve) % 12 + (12 if half == "p" else 0)
    if (twelve and not 1 <= int(twelve) <= 12) or hour > 23 or int(past or minutes or 0) > 59:
        return None
    return time(hour, int(past or minutes or 0))


def _answer(
    session: Session,
    deployment: Deployment,
    who: Correspondent,
    member: Member,
    kind: str,
    now: datetime,
    **details: str,
) -> None:
    if not who.is_loop:
        draft = Draft(
            key=f"answer:{who.inbound.id}", kind=kind, medium=who.inbound.medium, member_id=member.id,
            details=details or None, due_at=now,
        )  # fmt: skip
        put(session, deployment, draft, now)

"""A support request's life, from a member's first wish to its closure.

Each event is an act of a person or of the clock; who may act is in `escalation.acts`.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType

from escalation.transitions import NotAllowed, step
from nudges.clock import instant, zone_of

__all__ = [
    "ENDED",
    "IN_TOUCH",
    "MEANING",
    "OPEN_STATES",
    "QUEUE_STATES",
    "TRANSITIONS",
    "WITH_SUPPORTER",
    "NotAllowed",
    "RequestEvent",
    "RequestState",
    "advance",
    "reminder_at",
]


class RequestState(StrEnum):
    """Where a support request stands. `MEANING` says each in a sentence."""

    PENDING = "pending"
    OPEN = "open"
    MATCHED = "matched"
    ACCEPTED = "accepted"
    NO_ANSWER = "no_answer"
    REACHED = "reached"
    TALKING = "talking"
    REFERRED_ON = "referred_on"
    SAFETY_CONCERN = "safety_concern"
    CLOSED = "closed"
    DECLINED = "declined"
    EXPIRED = "expired"


class RequestEvent(StrEnum):
    """What may happen to it, worded so that "a request that is open cannot …" reads on."""

    CONFIRM = "be_confirmed"
    EXPIRE = "expire"
    MATCH = "be_matched"
    ACCEPT = "be_accepted"
    PASS_BACK = "be_passed_back"  # noqa: S105 - the supporter cannot take it: back to the queue
    RETURN = "return_to_the_queue"  # the supporter stayed silent
    REACH = "be_marked_reached"
    MISS = "be_marked_no_answer"
    TALK = "be_marked_talking"
    REFER = "be_marked_referred_on"
    FEAR = "be_marked_a_safety_concern"
    SETTLE = "be_marked_safe"
    DECLINE = "be_declined"
    CLOSE = "be_closed"


_S, _E = RequestState, RequestEvent

MEANING: Mapping[RequestState, str] = MappingProxyType(
    {
        _S.PENDING: "A wish that only the member knows of. It waits for the member's own yes.",
        _S.OPEN: "New: in the coordinator's queue, the clocks run.",
        _S.MATCHED: "A supporter was asked and has hours to accept it or pass it back.",
        _S.ACCEPTED: "A supporter has it and is to reach out.",
        _S.NO_ANSWER: "The supporter tried and reached nobody. There will be another try.",
        _S.REACHED: "The person has heard from the supporter.",
        _S.TALKING: "They have talked, one to three times.",
        _S.REFERRED_ON: "The person goes on to other help, and the supporter still follows up.",
        _S.SAFETY_CONCERN: "Somebody fears for the person's safety. The on-call chain is being paged.",
        _S.CLOSED: "Over. What identifies the person goes after the grace period.",
        _S.DECLINED: "The person said no, not now: a good outcome. The door stays open.",
        _S.EXPIRED: "A wish that was never confirmed.",
    }
)

_BEFORE_CONTACT = {_E.PASS_BACK: _S.OPEN, _E.RETURN: _S.OPEN, _E.DECLINE: _S.DECLINED}
_TRYING = {**_BEFORE_CONTACT, _E.REACH: _S.REACHED, _E.TALK: _S.TALKING, _E.MISS: _S.NO_ANSWER}
_AFTER_CONTACT = {
    _E.TALK: _S.TALKING,
    _E.REFER: _S.REFERRED_ON,
    _E.PASS_BACK: _S.OPEN,
    _E.DECLINE: _S.DECLINED,
    _E.CLOSE: _S.CLOSED,
}
_ALARM = {_E.FEAR: _S.SAFETY_CONCERN}
_WAYS: Mapping[RequestState, Mapping[RequestEvent, RequestState]] = {
    _S.PENDING: {_E.CONFIRM: _S.OPEN, _E.EXPIRE: _S.EXPIRED, _E.DECLINE: _S.DECLINED},
    _S.OPEN: {_E.MATCH: _S.MATCHED, _E.DECLINE: _S.DECLINED, **_ALARM},
    _S.MATCHED: {_E.ACCEPT: _S.ACCEPTED, **_BEFORE_CONTACT, **_ALARM},
    _S.ACCEPTED: {**_TRYING, **_ALARM},
    _S.NO_ANSWER: {**_TRYING, _E.CLOSE: _S.CLOSED, **_ALARM},
    _S.REACHED: {**_AFTER_CONTACT, **_ALARM},
    _S.TALKING: {**_AFTER_CONTACT, **_ALARM},
    _S.REFERRED_ON: {**_AFTER_CONTACT, **_ALARM},
    _S.SAFETY_CONCERN: {_E.SETTLE: _S.TALKING, _E.REFER: _S.REFERRED_ON},
}

TRANSITIONS: Mapping[tuple[RequestState, RequestEvent], RequestState] = MappingProxyType(
    {(state, event): after for state, ways in _WAYS.items() for event, after in ways.items()}
)

ENDED = frozenset({_S.CLOSED, _S.DECLINED, _S.EXPIRED})
# While one of these holds a member's nudges rest, and a second request joins the first.
OPEN_STATES = frozenset(RequestState) - ENDED
# What stands in the queue, in the order of a case's way; a wish that is not confirmed is nobody's to see.
QUEUE_STATES = tuple(state for state in RequestState if state in OPEN_STATES and state is not _S.PENDING)
# A supporter has been asked or has it.
WITH_SUPPORTER = frozenset(QUEUE_STATES) - {_S.OPEN}
# Follow-ups are due.
IN_TOUCH = frozenset({_S.REACHED, _S.TALKING, _S.REFERRED_ON})


def advance(state: RequestState, event: RequestEvent) -> RequestState:
    """The state after `event`. Raises NotAllowed, which names both."""
    return step("A support request", TRANSITIONS, state, event)


def reminder_at(asked_at: datetime, zone: str, wall: time = time(9)) -> datetime:
    """When the one reminder of a pending request is due: next morning at `wall`, member's zone; UTC."""
    day: date = asked_at.astimezone(zone_of(zone)).date()
    return instant(day + timedelta(days=1), wall, zone)

"""A support request's life, from a member's first wish to its closure.

Each event is an act of a person or of the clock; who may act is decided elsewhere.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType

from escalation.transitions import NotAllowed, step
from nudges.clock import instant, zone_of

__all__ = [
    "OPEN_STATES",
    "TRANSITIONS",
    "NotAllowed",
    "RequestEvent",
    "RequestState",
    "advance",
    "reminder_at",
]


class RequestState(StrEnum):
    """Where a support request stands."""

    PENDING = "pending"  # wished for, not confirmed; nobody but the member knows
    OPEN = "open"  # confirmed by the member; in the coordinator's queue, the clocks run
    MATCHED = "matched"  # a supporter has it
    CONTACTED = "contacted"  # the supporter has reached the member
    CLOSED = "closed"
    DECLINED = "declined"  # the member said no: a good outcome
    EXPIRED = "expired"  # never confirmed


class RequestEvent(StrEnum):
    """What may happen to it."""

    CONFIRM = "be_confirmed"
    EXPIRE = "expire"
    MATCH = "be_matched"
    PASS_BACK = "be_passed_back"  # noqa: S105 - the supporter cannot or stays silent: back to the queue
    CONTACT = "be_marked_contacted"
    DECLINE = "be_declined"
    CLOSE = "be_closed"


_S, _E = RequestState, RequestEvent

TRANSITIONS: Mapping[tuple[RequestState, RequestEvent], RequestState] = MappingProxyType(
    {
        (_S.PENDING, _E.CONFIRM): _S.OPEN,
        (_S.PENDING, _E.EXPIRE): _S.EXPIRED,
        (_S.PENDING, _E.DECLINE): _S.DECLINED,
        (_S.OPEN, _E.MATCH): _S.MATCHED,
        (_S.OPEN, _E.DECLINE): _S.DECLINED,
        (_S.MATCHED, _E.PASS_BACK): _S.OPEN,
        (_S.MATCHED, _E.CONTACT): _S.CONTACTED,
        (_S.MATCHED, _E.DECLINE): _S.DECLINED,
        (_S.CONTACTED, _E.DECLINE): _S.DECLINED,
        (_S.CONTACTED, _E.CLOSE): _S.CLOSED,
    }
)

# While one of these holds a member's nudges rest, and a second request joins the first.
OPEN_STATES = frozenset({_S.PENDING, _S.OPEN, _S.MATCHED, _S.CONTACTED})


def advance(state: RequestState, event: RequestEvent) -> RequestState:
    """The state after `event`. Raises NotAllowed, which names both."""
    return step("A support request", TRANSITIONS, state, event)


def reminder_at(asked_at: datetime, zone: str, wall: time = time(9)) -> datetime:
    """When the one reminder of a pending request is due: next morning at `wall`, member's zone; UTC."""
    day: date = asked_at.astimezone(zone_of(zone)).date()
    return instant(day + timedelta(days=1), wall, zone)

"""A crisis incident's life: open until a human acknowledges, acknowledged until a human closes it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from escalation.transitions import NotAllowed, step

__all__ = [
    "TRANSITIONS",
    "About",
    "AlreadyTaken",
    "IncidentEvent",
    "IncidentOutcome",
    "IncidentState",
    "NotAllowed",
    "advance",
]


class IncidentState(StrEnum):
    """Where an incident stands; paging goes on exactly while it is open.

    open -> acknowledged (a human took it) -> closed (a human says how it ended). acknowledged -> open when the human
    who took it stays silent, or the person writes again long after the call should have been.
    """

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class IncidentEvent(StrEnum):
    """What may happen to it. A machine may take it back; only a person acknowledges or closes."""

    ACKNOWLEDGE = "be_acknowledged"
    TAKE_BACK = "be_taken_back"  # the responder stayed silent after acknowledging: paging starts again
    CLOSE = "be_closed"


class About(StrEnum):
    """Whose danger it is about, as far as a machine can tell."""

    SELF = "self"
    OTHER = "other"  # somebody whom the sender fears for
    CALL_BACK = "call_back"  # somebody called the number and asked to be called


class IncidentOutcome(StrEnum):
    """How it ended, as the responder says."""

    REACHED = "reached"
    UNREACHABLE = "unreachable"
    EMERGENCY_SERVICES = "emergency_services"
    FALSE_ALARM = "false_alarm"


class AlreadyTaken(NotAllowed):
    """Another responder was quicker: of two who acknowledge at once one wins, and the other is told who."""

    def __init__(self, responder: str, call_by: datetime | None) -> None:
        super().__init__("An incident", IncidentState.ACKNOWLEDGED, IncidentEvent.ACKNOWLEDGE)
        self.responder = responder
        self.call_by = call_by


_S, _E = IncidentState, IncidentEvent

TRANSITIONS: Mapping[tuple[IncidentState, IncidentEvent], IncidentState] = MappingProxyType(
    {
        (_S.OPEN, _E.ACKNOWLEDGE): _S.ACKNOWLEDGED,
        (_S.ACKNOWLEDGED, _E.TAKE_BACK): _S.OPEN,
        (_S.ACKNOWLEDGED, _E.CLOSE): _S.CLOSED,
    }
)


def advance(state: IncidentState, event: IncidentEvent) -> IncidentState:
    """The state after `event`. Raises NotAllowed, which names both."""
    return step("An incident", TRANSITIONS, state, event)

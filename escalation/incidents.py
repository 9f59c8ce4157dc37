"""A crisis incident's life: open until a human acknowledges, acknowledged until a human closes it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from escalation.transitions import NotAllowed, step

__all__ = ["TRANSITIONS", "IncidentEvent", "IncidentOutcome", "IncidentState", "NotAllowed", "advance"]


class IncidentState(StrEnum):
    """Where an incident stands; paging goes on exactly while it is open."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class IncidentEvent(StrEnum):
    """What may happen to it. A machine may take it back; only a person acknowledges or closes."""

    ACKNOWLEDGE = "be_acknowledged"
    TAKE_BACK = "be_taken_back"  # the responder stayed silent after acknowledging: paging starts again
    CLOSE = "be_closed"


class IncidentOutcome(StrEnum):
    """How it ended, as the responder says."""

    REACHED = "reached"
    UNREACHABLE = "unreachable"
    EMERGENCY_SERVICES = "emergency_services"
    FALSE_ALARM = "false_alarm"


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

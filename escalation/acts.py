"""Who may do what to a support request: one table, asked by every page and use case, and printed in the docs."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType

from escalation.requests import TRANSITIONS, RequestEvent, RequestState
from pairing.errors import PrepairedError


class Actor(StrEnum):
    """In which capacity somebody acts on a case."""

    PERSON = "person"  # whom it is about
    COORDINATOR = "coordinator"  # or whoever stands in: deputy, director, alternate
    SUPPORTER = "supporter"  # of this very case
    CLOCK = "clock"


class NotTheirs(PrepairedError):
    """An event that is another's to bring about. Nothing was changed."""

    def __init__(self, event: RequestEvent, actors: Collection[Actor]) -> None:
        who = " or ".join(sorted(actor.value for actor in actors)) or "somebody without a part in it"
        super().__init__(f"a {who} cannot make a support request {event.value.replace('_', ' ')}")


_E, _A = RequestEvent, Actor
_BOTH = frozenset({_A.COORDINATOR, _A.SUPPORTER})

WHO_MAY: Mapping[RequestEvent, frozenset[Actor]] = MappingProxyType(
    {
        _E.CONFIRM: frozenset({_A.PERSON}),
        _E.EXPIRE: frozenset({_A.CLOCK}),
        _E.MATCH: frozenset({_A.COORDINATOR, _A.PERSON}),  # the person: one of the three who were offered
        _E.ACCEPT: frozenset({_A.SUPPORTER}),
        _E.PASS_BACK: _BOTH,
        _E.RETURN: frozenset({_A.CLOCK}),
        _E.REACH: _BOTH,
        _E.MISS: _BOTH,
        _E.TALK: _BOTH,
        _E.REFER: _BOTH,
        _E.FEAR: _BOTH,
        _E.SETTLE: _BOTH,
        _E.DECLINE: _BOTH | {_A.PERSON},
        _E.CLOSE: _BOTH | {_A.CLOCK},
    }
)


def allowed(state: RequestState, actors: Collection[Actor]) -> tuple[RequestEvent, ...]:
    """What somebody who acts as `actors` may do to a request in `state`, in the order of RequestEvent."""
    return tuple(
        event for event in RequestEvent if (state, event) in TRANSITIONS and WHO_MAY[event] & set(actors)
    )


def check(event: RequestEvent, actors: Collection[Actor]) -> None:
    """Raises NotTheirs unless one of `actors` may bring `event` about."""
    if not WHO_MAY[event] & set(actors):
        raise NotTheirs(event, actors)

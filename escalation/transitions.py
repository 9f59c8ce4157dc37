"""States that may only be left along a table: the shape that requests and incidents share."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from pairing.errors import PrepairedError

StateT = TypeVar("StateT", bound=StrEnum)
EventT = TypeVar("EventT", bound=StrEnum)


class NotAllowed(PrepairedError):
    """An event that its state does not allow. Nothing was changed."""

    def __init__(self, what: str, state: str, event: str) -> None:
        super().__init__(f"{what} that is {state} cannot {event.replace('_', ' ')}")
        self.state = state
        self.event = event


def step(what: str, table: Mapping[tuple[StateT, EventT], StateT], state: StateT, event: EventT) -> StateT:
    """The state after `event`. Raises NotAllowed, which names both."""
    try:
        return table[state, event]
    except KeyError:
        raise NotAllowed(what, state, event) from None

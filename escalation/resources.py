"""Crisis lines, emergency numbers and other help, as data with their source and date.

A wrong number harms: where a country's numbers are not known, nothing is guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pairing.errors import PrepairedError


class Use(StrEnum):
    """What a resource is for."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"
    SUPPORT = "support"


class NoCrisisLine(PrepairedError):
    """A list of resources without a crisis line or an emergency number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One place to turn to."""

    use: Use
    name: str
    number: str  # to call, as a person dials it
    text: str | None = None  # to text, where that is possible
    url: str | None = None
    note: str = ""  # "free, day and night"
    source: str  # where the number was read
    as_of: date  # when

    @property
    def is_complete(self) -> bool:
        """Whether it holds a number that somebody can dial; the neutral stand-in for any country does not."""
        return any(sign.isdigit() for sign in self.number)

    @property
    def how(self) -> str:
        """How to reach it in a few words: "call or text 988"."""
        if self.text is None:
            return f"call {self.number}"
        return f"call or text {self.number}" if self.text == self.number else (
            f"call {self.number} or text {self.text}"
        )  # fmt: skip


def crisis_line(resources: Sequence[Resource]) -> Resource:
    """The first crisis line. Raises NoCrisisLine."""
    return _first(resources, Use.CRISIS)


def emergency(resources: Sequence[Resource]) -> Resource:
    """The first emergency number. Raises NoCrisisLine."""
    return _first(resources, Use.EMERGENCY)


def _first(resources: Sequence[Resource], use: Use) -> Resource:
    for resource in resources:
        if resource.use is use:
            return resource
    raise NoCrisisLine(f"the program's resources name no {use.value} number")

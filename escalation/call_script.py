"""What a responder has before them on the phone, in the program's words, for one in danger and for a worried friend.

Data of the program file; what is done when nobody answers is in `escalation.unreached`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from escalation.unreached import Stage, in_order

FIELDS = frozenset({"responder", "program", "emergency", "crisis_how"})
_MARK = re.compile(r"\{([a-z_]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallScript:
    """Sentences to say, and what to bear in mind beside them. Raises ValueError for a mark that nothing fills."""

    greeting: str  # to whoever wrote
    greeting_called: str  # to whoever called and asked to be called
    ask_self: tuple[str, ...]
    mind_self: str
    ask_other: tuple[str, ...]
    mind_other: str
    stages: tuple[Stage, ...]

    def __post_init__(self) -> None:
        """Refuse marks that nothing fills, and stages out of order."""
        object.__setattr__(self, "stages", in_order(self.stages))
        said = [self.greeting, self.greeting_called, self.mind_self, self.mind_other]
        said += [*self.ask_self, *self.ask_other, *(step for stage in self.stages for step in stage.steps)]
        for text in said:
            if unknown := set(_MARK.findall(text)) - FIELDS:
                known = ", ".join(f"{{{name}}}" for name in sorted(FIELDS))
                raise ValueError(f"{{{min(unknown)}}} is no field of it; there are {known}")

    def spoken(self, about: str, fields: Mapping[str, str]) -> "Spoken":
        """The script for an incident about "self", "other" or "call_back"."""
        fill = _filler(fields)
        is_other = about == "other"
        greeting = self.greeting_called if about == "call_back" else self.greeting
        asked: Sequence[str] = self.ask_other if is_other else self.ask_self
        return Spoken(
            say=tuple(map(fill, (greeting, *asked))),
            mind=fill(self.mind_other if is_other else self.mind_self),
            stages=tuple(
                Stage(after=one.after, title=one.title, steps=tuple(map(fill, one.steps)))
                for one in self.stages
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """The script of one call, filled in."""

    say: tuple[str, ...]
    mind: str
    stages: tuple[Stage, ...]


def _filler(fields: Mapping[str, str]) -> Callable[[str], str]:
    return lambda text: _MARK.sub(lambda mark: fields[mark[1]], text)

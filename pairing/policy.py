"""What a program wants of its groups: people, soft and hard rules, requests.

Decides single pairs, never groups.

These functions are the model; `pairing.compatibility` computes the same numbers for whole cohorts at once.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from pairing.errors import PrepairedError

GREATEST_WEIGHT = 1_000_000  # keeps every sum exact in 64 bits, repeats and placement included


class PolicyFault(PrepairedError):
    """The rules themselves cannot be used."""


class Rule(StrEnum):
    """How a rule compares the values two people hold of one attribute."""

    SAME = "same"  # they share a value
    DIFFERENT = "different"  # both hold values and share none
    NEAR = "near"  # close together on the rule's scale
    OVERLAP = "overlap"  # the more values in common, the better
    REFERS_TO = "refers_to"  # a value is the other's id


PREFERENCE_RULES = frozenset({Rule.SAME, Rule.DIFFERENT, Rule.NEAR, Rule.OVERLAP})
PROHIBITION_RULES = frozenset({Rule.SAME, Rule.DIFFERENT, Rule.REFERS_TO})


def comparable(value: str) -> str:
    """The form in which two attribute values are compared: without outer blanks, whatever the case."""
    return " ".join(value.split()).casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody to be placed. A blank attribute is an absent one: it speaks for and against nobody."""

    id: str
    attributes: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def values(self, attribute: str) -> frozenset[str]:
        """The values held of an attribute, in comparable form; empty when nothing is known."""
        found = (comparable(value) for value in self.attributes.get(attribute, ()))
        return frozenset(value for value in found if value)

    def spelled(self, attribute: str, values: Collection[str]) -> tuple[str, ...]:
        """Comparable values of an attribute as this person's file spells them, in order."""
        held = self.attributes.get(attribute, ())
        return tuple(sorted(value for value in held if comparable(value) in values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """A soft rule: a pair that satisfies it gains up to `weight`. `scale` orders the values of `near`."""

    attribute: str
    rule: Rule
    weight: int
    scale: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "rule", Rule(self.rule))
        if self.rule not in PREFERENCE_RULES:
            raise PolicyFault(
                f"prefer {self.attribute}: use same, different, near or overlap, not {self.rule}"
            )
        if not 0 <= self.weight <= GREATEST_WEIGHT:
            raise PolicyFault(f"prefer {self.attribute}: weight {self.weight} must be 0 to {GREATEST_WEIGHT}")
        if self.rule is Rule.NEAR and len({comparable(step) for step in self.scale}) < 2:
            raise PolicyFault(f"prefer {self.attribute}: near needs a scale of at least two different values")

    def position(self, person: Person) -> int | None:
        """Where a person stands on the scale, the furthest along if on several steps; None when unknown."""
        held = person.values(self.attribute)
        steps = [step for step, value in enumerate(self.scale) if comparable(value) in held]
        return max(steps) if steps else None

    def score(self, one: Person, other: Person) -> int:
        """What this rule adds to the weight of a pair: 0 to `weight`, rounded half up."""
        if self.rule is Rule.NEAR:
            first, second = self.position(one), self.position(other)
            if first is None or second is None:
                return 0
            return share_of(self.weight, len(self.scale) - 1 - abs(first - second), len(self.scale) - 1)
        mine, theirs = one.values(self.attribute), other.values(self.attribute)
        if not mine or not theirs:
            return 0
        if self.rule is Rule.OVERLAP:
            return share_of(self.weight, len(mine & theirs), min(len(mine), len(theirs)))
        return self.weight if bool(mine & theirs) == (self.rule is Rule.SAME) else 0


def share_of(weight: int, part: int, whole: int) -> int:
    """`weight * part / whole`, rounded half up, in integers."""
    return (2 * weight * part + whole) // (2 * whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prohibition:
    """A hard rule: a pair that it covers is never grouped, whatever else speaks for it."""

    attribute: str
    rule: Rule

    def __post_init__(self) -> None:
        object.__setattr__(self, "rule", Rule(self.rule))
        if self.rule not in PROHIBITION_RULES:
            raise PolicyFault(f"never {self.attribute}: use same, different or refers_to, not {self.rule}")

    def forbids(self, one: Person, other: Person) -> bool:
        """Whether the rule stands between two people. Unknown values forbid nothing."""
        if self.rule is Rule.REFERS_TO:
            mine, theirs = one.values(self.attribute), other.values(self.attribute)
            return comparable(other.id) in mine or comparable(one.id) in theirs
        mine, theirs = one.values(self.attribute), other.values(self.attribute)
        if not mine or not theirs:
            return False
        return bool(mine & theirs) == (self.rule is Rule.SAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One member asked for another. Without a weight it counts as the program's strongest preference."""

    asker: str
    asked: str
    weight: int | None = None

    def __post_init__(self) -> None:
        if self.weight is not None and not 0 <= self.weight <= GREATEST_WEIGHT:
            raise PolicyFault(f"request of {self.asker}: weight {self.weight} must be 0 to {GREATEST_WEIGHT}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A program's rules. `never` holds confidential pairs of ids: enforced always, explained to nobody."""

    preferences: tuple[Preference, ...] = ()
    prohibitions: tuple[Prohibition, ...] = ()
    never: frozenset[frozenset[str]] = frozenset()
    min_rounds_between_repeats: int = 0

    def __post_init__(self) -> None:
        if self.min_rounds_between_repeats < 0:
            raise PolicyFault("min_rounds_between_repeats must be 0 or more")

    @property
    def request_weight(self) -> int:
        """What a request without a weight adds to a pair."""
        return max((preference.weight for preference in self.preferences), default=10) or 10

    @property
    def spoken(self) -> "Policy":
        """The rules without the confidential pairs: all that an explanation may be worked out from."""
        return replace(self, never=frozenset())

    def allows(self, one: Person, other: Person) -> bool:
        """Whether two different people may be in one group."""
        if one.id == other.id or frozenset((one.id, other.id)) in self.never:
            return False
        return not any(rule.forbids(one, other) for rule in self.prohibitions)

    def weight(self, one: Person, other: Person) -> int:
        """How well two people suit each other: the sum of the soft rules, without requests."""
        return sum(preference.score(one, other) for preference in self.preferences)

"""What a group is told about itself: what its people have in common, and nothing that speaks against them.

Coordinators read all the reasons for a group (`pairing.reasons`). Its people read these: no wish of anybody, no
past round and no shortcoming is in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from pairing.policy import Person, Policy, Preference, Rule
from pairing.working_hours import WORKING_HOURS, hours_a_week

MOST = 3  # sentences: a reason to begin, no profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """One thing that holds for everybody in a group: `how` is same, near, different, overlap, hours or chosen."""

    how: str
    attribute: str = ""
    values: tuple[str, ...] = ()

    @classmethod
    def of(cls, written: Sequence[str]) -> "Shared":
        """What `record` wrote down."""
        how, attribute, *values = written
        return cls(how=how, attribute=attribute, values=tuple(values))

    def record(self) -> list[str]:
        """Plain data, to be written down."""
        return [self.how, self.attribute, *self.values]


CHOSEN = Shared(how="chosen")


def common_ground(group: Sequence[Person], policy: Policy) -> tuple[Shared, ...]:
    """What the soft rules find in common to all of the group, the strongest rule first, at most `MOST`."""
    strongest = sorted(policy.preferences, key=lambda preference: -preference.weight)
    found = (shared for rule in strongest if (shared := _shared(group, rule)))
    return tuple(dict.fromkeys(found))[:MOST]


def _shared(group: Sequence[Person], rule: Preference) -> Shared | None:
    held = [person.values(rule.attribute) for person in group]
    if rule.weight <= 0 or not all(held):
        return None
    in_all = frozenset.intersection(*held)
    if rule.rule is Rule.DIFFERENT:
        differ = all(not one & other for one, other in combinations(held, 2))
        return Shared(how="different", attribute=_name(rule)) if differ else None
    if in_all and rule.rule in (Rule.SAME, Rule.OVERLAP):
        if rule.attribute == WORKING_HOURS:
            return Shared(how="hours", values=(hours_a_week(in_all),))
        return Shared(
            how=str(rule.rule), attribute=_name(rule), values=group[0].spelled(rule.attribute, in_all)
        )
    if rule.rule is Rule.NEAR and all(
        2 * rule.score(one, other) >= rule.weight for one, other in combinations(group, 2)
    ):
        return Shared(how="near", attribute=_name(rule))
    return None


def _name(rule: Preference) -> str:
    return rule.attribute.replace("_", " ")

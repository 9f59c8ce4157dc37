"""Why somebody could not be placed: the rules in the way, and what relaxing each would do."""

from collections.abc import Sequence
from dataclasses import dataclass

from pairing.policy import Person, Policy, Prohibition

NOBODY = "no suitable partner among those available"
NEEDED = "every permitted partner is needed by somebody else"
NAMED = "never pairs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaceable:
    """Somebody whom the rules leave without a group."""

    id: str
    why: str  # the same whatever never-pairs there are; may be shown to whoever may see the pairing
    rules: tuple[str, ...]  # the rules in the way, never-pairs included: only for those who may edit them
    in_full: str  # `why` with those rules: only for them, too


def obstacles(
    person: Person, others: Sequence[Person], policy: Policy, groups: Sequence[Sequence[str]] = ()
) -> Unplaceable:
    """Name what stands between a person and everybody else; `others` are the people who take part.

    `groups` are those of the others: with them it is said whom the person could join if a rule were dropped.
    """
    rules = _told(person, others, policy, groups)
    spoken = _told(person, others, policy.spoken, groups)
    lead = NEEDED if any(policy.allows(person, other) for other in others) else NOBODY
    return Unplaceable(
        id=person.id,
        why="; ".join([NOBODY, *spoken]),
        rules=rules,
        in_full="; ".join([lead, *rules]),
    )


def label(prohibition: Prohibition) -> str:
    """How explanations name a hard rule about an attribute."""
    return f"never {prohibition.attribute} {prohibition.rule}"


def standing_between(one: Person, other: Person, policy: Policy) -> set[str]:
    """The names of the hard rules between two people."""
    found = {label(rule) for rule in policy.prohibitions if rule.forbids(one, other)}
    return found | ({NAMED} if frozenset((one.id, other.id)) in policy.never else set())


def _told(
    person: Person, others: Sequence[Person], policy: Policy, groups: Sequence[Sequence[str]]
) -> tuple[str, ...]:
    """One sentence a rule: how many people it rules out, and what would be without it."""
    between = {other.id: standing_between(person, other, policy) for other in others}
    names = sorted(set().union(*between.values()))
    return tuple(_sentence(name, between, groups) for name in names)


def _sentence(name: str, between: dict[str, set[str]], groups: Sequence[Sequence[str]]) -> str:
    blocked = sum(name in rules for rules in between.values())
    freed = sum(rules == {name} for rules in between.values())
    people = f"{blocked} {'person' if blocked == 1 else 'people'}"
    if not freed:
        return f"{name} rules out {people} (dropping it alone would free nobody)"
    fitting = [
        group
        for group in groups
        if len(group) < 3 and all(between.get(member, {""}) <= {name} for member in group)
    ]
    place = f", so that {' and '.join(fitting[0])} could take in one more" if fitting else ""
    return f"{name} rules out {people} (dropping it would free {freed}{place})"

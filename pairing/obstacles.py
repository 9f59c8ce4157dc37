"""Why somebody could not be placed: the rules in the way, and what relaxing each would do."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pairing.policy import Person, Policy, Prohibition

NOBODY = "no suitable partner among those available"
NEEDED = "every permitted partner is needed by somebody else"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaceable:
    """Somebody whom the rules leave without a group."""

    id: str
    why: str  # reveals no never-pair; may be shown to whoever may see the pairing
    rules: tuple[str, ...]  # the rules in the way, never-pairs included: only for those who may edit them


def obstacles(person: Person, others: Sequence[Person], policy: Policy) -> Unplaceable:
    """Name what stands between a person and everybody else; `others` are the people who take part."""
    blocked: Counter[str] = Counter()
    freed: Counter[str] = Counter()  # partners gained by dropping this rule alone
    permitted = 0
    for other in others:
        names = _between(person, other, policy)
        blocked.update(names)
        permitted += not names
        if len(names) == 1:
            freed.update(names)
    rules = tuple(_told(name, blocked[name], freed[name]) for name in sorted(blocked))
    open_rules = [rule for name, rule in zip(sorted(blocked), rules, strict=True) if name != NAMED]
    lead = NEEDED if permitted else NOBODY
    return Unplaceable(id=person.id, why="; ".join([lead, *open_rules]), rules=rules)


NAMED = "never pairs"


def _label(prohibition: Prohibition) -> str:
    return f"never {prohibition.attribute} {prohibition.rule}"


def _between(person: Person, other: Person, policy: Policy) -> set[str]:
    """The names of the hard rules between two people."""
    found = {_label(rule) for rule in policy.prohibitions if rule.forbids(person, other)}
    return found | ({NAMED} if frozenset((person.id, other.id)) in policy.never else set())


def _told(name: str, blocked: int, freed: int) -> str:
    people = f"{blocked} {'person' if blocked == 1 else 'people'}"
    gain = f"dropping it would free {freed}" if freed else "dropping it alone would free nobody"
    return f"{name} rules out {people} ({gain})"

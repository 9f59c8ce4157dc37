"""Made-up cohorts for the pairing tests, and an outside check of what a plan claims."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from hypothesis import strategies as st

from pairing.plan import Plan
from pairing.policy import Person, Policy, Preference, Prohibition, Rule

SENIORITY = ("student", "resident", "fellow", "attending")


def person(id_: str, **attributes: str) -> Person:
    """A person whose attribute texts are split at semicolons."""
    held = {name: frozenset(text.split(";")) for name, text in attributes.items() if text}
    return Person(id=id_, attributes=held)


def people(count: int) -> list[Person]:
    """People without attributes, p01, p02 and so on."""
    return [Person(id=f"p{number:02}") for number in range(1, count + 1)]


def never(*pairs: str) -> Policy:
    """A policy of never-pairs only, each written "a b"."""
    return Policy(never=frozenset(frozenset(pair.split()) for pair in pairs))


POLICY = Policy(
    preferences=(
        Preference(attribute="specialty", rule=Rule.SAME, weight=30),
        Preference(attribute="seniority", rule=Rule.NEAR, weight=20, scale=SENIORITY),
        Preference(attribute="languages", rule=Rule.OVERLAP, weight=10),
        Preference(attribute="site", rule=Rule.DIFFERENT, weight=5),
    ),
    prohibitions=(
        Prohibition(attribute="unit", rule=Rule.SAME),
        Prohibition(attribute="manager", rule=Rule.REFERS_TO),
    ),
)


@st.composite
def cohorts(draw: st.DrawFn, most: int = 14) -> list[Person]:
    """Up to `most` people with few distinct values, so that ties and hard rules are common."""
    count = draw(st.integers(0, most))
    ids = [f"p{number:02}" for number in range(count)]

    def one_of(*values: str) -> str:
        return draw(st.sampled_from(values))

    return [
        person(
            id_,
            specialty=one_of("", "surgery", "medicine", "radiology"),
            seniority=one_of("", *SENIORITY),
            languages=one_of("", "en", "en;es", "es;fr"),
            site=one_of("north", "main"),
            unit=one_of("", "a", "b", "c", "d", "e"),
            manager=one_of("", *ids),
        )
        for id_ in ids
    ]


@st.composite
def never_pairs(draw: st.DrawFn, ids: Sequence[str]) -> frozenset[frozenset[str]]:
    """Some named pairs among the ids."""
    pairs = [frozenset(pair) for pair in combinations(ids, 2)]
    return frozenset(draw(st.sets(st.sampled_from(pairs), max_size=6))) if pairs else frozenset()


def faults(plan: Plan, people: Iterable[Person], policy: Policy, size: int) -> list[str]:
    """What an outsider would object to: somebody missing or twice, a broken never-rule, a false weight or
    bound."""
    known: Mapping[str, Person] = {person.id: person for person in people}
    found = []
    for each in plan.rounds:
        seen = sorted([id_ for group in each.groups for id_ in group] + list(each.alone))
        if seen != sorted(known):
            found.append(f"round {each.number}: not everybody once: {seen}")
        pairs = [pair for group in each.groups for pair in combinations(group, 2)]
        found += [f"never {pair}" for pair in pairs if not policy.allows(known[pair[0]], known[pair[1]])]
        weight = sum(policy.weight(known[one], known[other]) for one, other in pairs)
        if weight != each.weight or each.bound < each.weight:
            found.append(f"round {each.number}: weight {weight}, said {each.weight} of {each.bound}")
        if any(len(group) not in (2, 3) for group in each.groups):
            found.append(f"round {each.number}: a group of a wrong size")
        if set(each.alone) - {person.id for person in plan.unplaceable}:
            found.append(f"round {each.number}: somebody alone is not named")
    return found

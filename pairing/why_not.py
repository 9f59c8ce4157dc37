"""Why two people are not together in a round: what it would have cost, asked for one pair at a time.

What is told to those who may not edit never-rules is worked out as if there were none. Whoever compares two answers
learns nothing of them: a pair that a never-rule keeps apart, and one that an even choice did, get the same words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pairing.alternatives import PREFERRED, exchange
from pairing.errors import PrepairedError
from pairing.locks import mutual
from pairing.meetings import Meetings, Past, pairs_of
from pairing.obstacles import NAMED, NOBODY, label, standing_between
from pairing.plan import plan
from pairing.policy import Person, Policy, Request
from pairing.reasons import compared

PLANNED_ANEW = 300  # people: beyond, the cost is that of exchanging two people, an upper limit
CONFIDENTIAL = "A confidential never-rule keeps them apart."


class NotInRound(PrepairedError):
    """A question about somebody who takes no part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A round with everything that it was planned from."""

    groups: tuple[tuple[str, ...], ...]
    people: Mapping[str, Person]  # everybody who took part, placed or not
    policy: Policy
    size: int
    number: int
    history: tuple[Past, ...] = ()  # before this round
    requests: tuple[Request, ...] = ()
    locks: tuple[tuple[str, ...], ...] = ()
    thirds: tuple[tuple[str, ...], ...] = ()  # two of the locks with a third who was brought to them
    steady: tuple[tuple[str, ...], ...] = ()  # groups that went on because only so many may change
    seed: int = 0


def why_not(one: str, other: str, chosen: Chosen, *, confidential: bool = False) -> tuple[str, ...]:
    """Sentences on why the two are not in one group; `confidential` for those who may edit never-rules.

    Raises NotInRound for somebody who takes no part, or one and the same person.
    """
    if missing := [id_ for id_ in (one, other) if id_ not in chosen.people]:
        raise NotInRound(f"{missing[0]} takes no part in this round")
    if one == other:
        raise NotInRound(f"{one} was named twice; name two people")
    if any({one, other} <= set(group) for group in chosen.groups):
        return ("They are in one group.",)
    policy = chosen.policy if confidential else chosen.policy.spoken
    first, second = chosen.people[one], chosen.people[other]
    between = standing_between(first, second, policy)
    spoken = [label(rule) for rule in policy.prohibitions if label(rule) in between]
    if between:
        told = [f"A rule of the program keeps them apart: {name}." for name in dict.fromkeys(spoken)]
        return (*told, *([CONFIDENTIAL] if NAMED in between else []))
    last = Meetings(chosen.history).last(one, other)
    return (
        *compared(first, second, policy.preferences),
        *([] if last is None else [f"They last met in round {last}."]),
        _told(one, other, chosen, policy),
    )


def _told(one: str, other: str, chosen: Chosen, policy: Policy) -> str:
    """What becoming a group would have cost."""
    seated = {member for group in chosen.groups for member in group}
    if not {one, other} <= seated:
        return f"{one if one not in seated else other}: {NOBODY}."
    wished = mutual((request.asker, request.asked) for request in chosen.requests)
    for said, pairs in (
        ("are a group because two of them would like a third", chosen.thirds),
        ("agreed to stay together", chosen.locks),
        ("go on together, since only some groups change in a round", chosen.steady),
        ("asked for each other", wished),
    ):
        for pair in pairs:
            if len({one, other} & set(pair)) == 1 and any(set(pair) <= set(group) for group in chosen.groups):
                return f"{' and '.join(pair)} {said}."
    if len(chosen.people) > PLANNED_ANEW:
        return _exchanged(one, other, chosen, policy)
    return _planned_anew(one, other, chosen, policy)


def _planned_anew(one: str, other: str, chosen: Chosen, policy: Policy) -> str:
    """The best round in which they are together, beside the one that was chosen."""
    found = plan(
        chosen.people.values(),
        policy,
        size=chosen.size,
        history=chosen.history,
        requests=chosen.requests,
        locks=[*chosen.locks, (one, other)],
        steady=chosen.steady,
        seed=chosen.seed,
        first_round=chosen.number,
    ).rounds[0]
    now = _value(chosen.groups, chosen, policy)
    then = _value(found.groups, chosen, policy)
    if then >= now:
        return f"{PREFERRED.capitalize()} to one with these two together."
    fewer, again, lost = (before - after for before, after in zip(now, then, strict=True))
    if fewer:
        return f"With these two together, {fewer} fewer could have a group."
    if again:
        pairs = "pair" if again == 1 else "pairs"
        return f"With these two together, {again} more {pairs} would meet who have met before."
    return f"With these two together, the round would lose {lost} of {now[2]}."


def _value(groups: Sequence[Sequence[str]], chosen: Chosen, policy: Policy) -> tuple[int, int, int]:
    """What rounds are compared by: people placed, few repeats, weight; by the policy that may be spoken of."""
    meetings = Meetings(chosen.history)
    agreed = {pair for lock in (*chosen.locks, *chosen.steady) for pair in pairs_of(lock)}
    pairs = [pair for group in groups for pair in pairs_of(group)]
    met = sum(meetings.last(*pair) is not None and pair not in agreed for pair in pairs)
    weight = sum(policy.weight(chosen.people[one], chosen.people[other]) for one, other in pairs)
    together = set(pairs)
    asked: dict[tuple[str, str], int] = {}
    for request in chosen.requests:
        key = (request.asker, request.asked)
        asked[key] = max(
            asked.get(key, 0), request.weight if request.weight is not None else policy.request_weight
        )
    weight += sum(gain for key, gain in asked.items() if (min(key), max(key)) in together)
    return sum(len(group) for group in groups), -met, weight


def _exchanged(one: str, other: str, chosen: Chosen, policy: Policy) -> str:
    found = exchange(
        one, other, chosen.groups, chosen.people, policy, Meetings(chosen.history), chosen.requests
    )
    if found is None or found.repeats > 0:
        return "With these two together, others could not be together, or would meet again."
    if found.cost > 0:
        return f"With these two together and their buddies exchanged, the round would lose {found.cost}."
    return f"{PREFERRED.capitalize()} to one with these two together."

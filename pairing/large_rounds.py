"""Rounds of dyads for cohorts too large for tables of all pairs: each round as good as its proven bound says.

Former partners are out of the question while that leaves nobody over; a mutual request is a pair before all others
are matched. Whoever is left over is then paired with a former partner, the oldest first, or joins a dyad.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import combinations, permutations
from random import Random

import numpy as np

from pairing.compiled import AVAILABLE
from pairing.large_left_over import Seats, place_left_over
from pairing.large_matching import Matched, heavy_matching
from pairing.lazy_reasons import LazyReasons
from pairing.locks import Lock, mutual
from pairing.matching import heaviest_matching
from pairing.meetings import Meetings, pairs_of
from pairing.policy import Person, Policy, Request
from pairing.profiles import Links, columns
from pairing.reasons import reasons
from pairing.rounds import Round
from pairing.time_limit import TimeLimit
from pairing.workers import Progress, Workers

Ids = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a plan for a large cohort is asked for."""

    people: Mapping[str, Person]
    policy: Policy
    requests: Sequence[Request]
    locks: Sequence[Lock]
    seconds: float | None  # for all rounds; None for as long as it takes
    progress: Progress | None = None
    compiled: bool = AVAILABLE

    def worth(self, request: Request) -> int:
        """What a request adds to a pair."""
        return self.policy.request_weight if request.weight is None else request.weight

    @cached_property
    def by_pair(self) -> dict[tuple[str, str], Request]:
        """The strongest request of each for each other."""
        found: dict[tuple[str, str], Request] = {}
        for request in sorted(self.requests, key=self.worth):
            if request.asker != request.asked:
                found[request.asker, request.asked] = request
        return found

    @cached_property
    def locks_of(self) -> dict[str, list[Lock]]:
        """The agreed groups of each member."""
        found: dict[str, list[Lock]] = {}
        for lock in self.locks:
            for member in lock:
                found.setdefault(member, []).append(lock)
        return found


def large_rounds(
    order: Order, history: Meetings, numbers: Iterable[int], random: Random
) -> tuple[Round, ...]:
    """One round of dyads for each number, remembering those before it. `history` is left as it is."""
    meetings, limit = history.copy(), TimeLimit.within(order.seconds)
    planned: list[Round] = []
    left = list(numbers)
    while left:
        seconds, number = limit.left(), left.pop(0)
        share = None if seconds is None else seconds / (1 + len(left))
        shared = replace(order, seconds=share)
        planned.append(_round(shared, meetings.copy(), number, random, wishes=not planned))
        for group in planned[-1].groups:
            meetings.record(number, group)
    return tuple(planned)


def most_fresh_rounds(people: int, met: int) -> int:
    """An upper bound on rounds of dyads without a repeat, whatever the rules, when `met` pairs have met."""
    if people < 2:
        return 0
    a_round = people // 2 if people % 2 == 0 else (people + 3) // 2
    return min(people - 1, (people * (people - 1) // 2 - met) // a_round)


def _round(order: Order, meetings: Meetings, number: int, random: Random, *, wishes: bool) -> Round:
    fixed = [tuple(sorted(lock)) for lock in order.locks]
    fixed += _wished(order, fixed) if wishes else []
    taken = {member for group in fixed for member in group}
    ids = sorted(id_ for id_ in order.people if id_ not in taken)
    random.shuffle(ids)
    pool = _matched(order, meetings, ids)
    joined, alone = _into_agreed(order, meetings, fixed, pool.alone)
    groups = sorted([*pool.groups, *joined])
    agreed = {pair for lock in order.locks for pair in pairs_of(lock)}
    given = sum(_weight(order, group) for group in joined)
    return Round(
        number=number,
        groups=tuple(groups),
        alone=tuple(sorted(alone)),
        weight=given + pool.weight,
        bound=given + pool.bound,
        optimal=pool.weight == pool.bound,
        repeats=sum(
            meetings.last(*pair) is not None and pair not in agreed
            for group in groups
            for pair in pairs_of(group)
        ),
        reasons=LazyReasons(groups, partial(_reasons, order, meetings)),
    )


def _reasons(order: Order, meetings: Meetings, group: Ids) -> tuple[str, ...]:
    return reasons(
        [order.people[id_] for id_ in group],
        order.policy,
        meetings,
        size=2,
        requests=[order.by_pair[pair] for pair in permutations(group, 2) if pair in order.by_pair],
        locked=any(set(lock) <= set(group) for member in group for lock in order.locks_of.get(member, ())),
    )


def _wished(order: Order, locks: Sequence[Ids]) -> list[Ids]:
    """As many pairs who asked for each other as can be, the heaviest: they are together before all others."""
    taken = {member for lock in locks for member in lock}
    asked: list[Ids] = [
        (one, other)
        for one, other in mutual(order.by_pair)
        if {one, other} <= order.people.keys() - taken
        and order.policy.allows(order.people[one], order.people[other])
    ]
    ids = sorted({id_ for pair in asked for id_ in pair})
    place = {id_: index for index, id_ in enumerate(ids)}
    if len(ids) == 2 * len(asked):
        return asked
    weights = np.zeros((len(ids), len(ids)), dtype=np.int64)
    allowed = np.zeros((len(ids), len(ids)), dtype=np.bool_)
    for one, other in asked:
        for row, column in ((place[one], place[other]), (place[other], place[one])):
            weights[row, column], allowed[row, column] = _weight(order, (one, other)), True
    return [(ids[one], ids[other]) for one, other in heaviest_matching(weights, allowed)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pool:
    """What became of those who were in no fixed group."""

    groups: list[Ids]
    alone: list[str]
    weight: int
    bound: int


def _matched(order: Order, meetings: Meetings, ids: Sequence[str]) -> _Pool:
    if len(ids) < 2:
        return _Pool(groups=[], alone=list(ids), weight=0, bound=0)
    workers = Workers(seconds=order.seconds, progress=order.progress, compiled=order.compiled)
    place = {id_: index for index, id_ in enumerate(ids)}
    never = _never(order.policy, place)
    met = {
        (place[one], place[other]): number
        for one, other, number in meetings.pairs()
        if one in place and other in place
    }
    people = [order.people[id_] for id_ in ids]
    asked = _asked(order, place)
    c, seats = columns(people, order.policy, apart=[*never, *met], asked=asked)
    rules = columns(people, order.policy, apart=never, asked=asked)[0] if met else c
    turns = np.array([meetings.turns(ids[index], 3) for index in seats.tolist()], dtype=np.int64)
    turns -= turns.min(initial=turns[0] if len(turns) else 0)
    found = heavy_matching(c, turns, workers)
    where = np.argsort(seats).tolist()
    former = {frozenset((where[one], where[other])): number for (one, other), number in met.items()}
    placed = place_left_over(Seats(c=c, rules=rules, mate=found.mate, turns=turns, former=former), workers)
    thirds = sum(len(group) == 3 for group in placed.groups)
    pairs = np.array([pair for group in placed.groups for pair in combinations(group, 2)], dtype=np.int64)
    weight = workers.total_weight(rules, pairs.reshape(-1, 2))
    names = [ids[index] for index in seats.tolist()]
    return _Pool(
        groups=[tuple(sorted(names[member] for member in group)) for group in placed.groups],
        alone=[names[member] for member in placed.alone],
        weight=weight,
        bound=max(weight, _bound(found, thirds + len(placed.alone), thirds, placed.repeats)),
    )


def _bound(found: Matched, over: int, thirds: int, repeats: int) -> int:
    """What groups that place as many, with as few repeats, can weigh at most.

    Of each triad one pair counts as matched; the third person as left over, with two pairs of their best weight.
    """
    third = np.sort(8 * found.most - found.prices)[len(found.prices) - thirds :].clip(min=0)
    cheapest = np.sort(found.prices)[: over - thirds + 2 * repeats].clip(max=0)
    return (found.limit + int(third.sum()) - int(cheapest.sum())) // 4 + repeats * int(
        found.most.max(initial=0)
    )


def _into_agreed(
    order: Order, meetings: Meetings, fixed: Sequence[Ids], over: Sequence[str]
) -> tuple[list[Ids], list[str]]:
    """The fixed groups, each dyad taking in one person who would be alone where the rules permit it."""
    groups, alone = list(fixed), []
    for id_ in sorted(over):
        person = order.people[id_]
        hosts = [
            group
            for group in groups
            if len(group) == 2 and all(order.policy.allows(person, order.people[member]) for member in group)
        ]
        if not hosts:
            alone.append(id_)
            continue
        host = min(
            hosts,
            key=lambda group: (meetings.repeats([(*group, id_)]), -_weight(order, (*group, id_)), group),
        )
        groups[groups.index(host)] = tuple(sorted((*host, id_)))
    return groups, alone


def _never(policy: Policy, place: Mapping[str, int]) -> list[tuple[int, int]]:
    pairs = (sorted(place[id_] for id_ in pair if id_ in place) for pair in policy.never)
    return [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]


def _asked(order: Order, place: Mapping[str, int]) -> Links:
    """What requests add to pairs: both directions count."""
    total: dict[tuple[int, int], int] = {}
    for (asker, asked), request in order.by_pair.items():
        if asker in place and asked in place:
            one, other = sorted((place[asker], place[asked]))
            total[one, other] = total.get((one, other), 0) + order.worth(request)
    return total


def _weight(order: Order, group: Sequence[str]) -> int:
    """The weight of a group by rules and requests."""
    rules = sum(order.policy.weight(order.people[one], order.people[other]) for one, other in pairs_of(group))
    return rules + sum(
        order.worth(order.by_pair[pair]) for pair in permutations(group, 2) if pair in order.by_pair
    )

"""A plan: who meets whom over the coming rounds, with what it is worth and how far from the best it can be.

The one way into this folder. Pure: the same people, policy and seed give the same plan, whatever the order
of rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from pairing.cohort import Cohort
from pairing.compiled import AVAILABLE, NEEDED
from pairing.errors import PrepairedError
from pairing.horizon import leading_fresh
from pairing.large_rounds import Order, large_rounds, most_fresh_rounds
from pairing.locks import Conflict, Lock, kept_locks, undisturbed
from pairing.meetings import Meetings, Past
from pairing.obstacles import NOBODY, Unplaceable, obstacles
from pairing.pair_weights import LargePairWeights, PairWeights, pair_weights
from pairing.policy import Person, Policy, PolicyFault, Request
from pairing.rotation import rotation
from pairing.rounds import Round
from pairing.time_limit import TimeLimit
from pairing.workers import Progress

SIZES = (2, 3)
MOST = 4_000  # people: tables of all pairs are held in memory, half a gigabyte at this size
EXPLAINED = 20  # of the people whom no group of a large cohort could take: more are not explained one by one


class PlanFault(PrepairedError):
    """A plan was asked for that cannot exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Planned rounds, what they reach and what stood in the way."""

    rounds: tuple[Round, ...]
    repeat_free_rounds: int  # leading rounds in which nobody meets a former partner
    repeat_free_limit: int  # no planner could have more of them
    unplaceable: tuple[Unplaceable, ...]
    conflicts: tuple[Conflict, ...]  # agreed groups that a rule broke
    pair_weights: PairWeights | LargePairWeights = field(repr=False, compare=False)


def plan(
    people: Iterable[Person],
    policy: Policy,
    *,
    size: int = 2,
    rounds: int = 1,
    history: Iterable[Past] = (),
    requests: Sequence[Request] = (),
    locks: Iterable[Iterable[str]] = (),
    steady: Iterable[Iterable[str]] = (),
    seed: int = 0,
    time_limit: float | None = None,
    first_round: int = 1,
    progress: Progress | None = None,
    look_ahead: int = 0,
) -> Plan:
    """Plan `rounds` rounds of dyads (`size` 2) or triads (3), numbered from `first_round`.

    In this order: never break a hard rule, place everybody, form groups of the size asked for, honour mutual
    requests, avoid repeats (the freshest most), let the odd place go round, and then maximise weight.
    `history` holds (round number, ids of one group); `locks` are agreed groups of two or three, `steady` running ones
    that are to go on; `time_limit` in seconds; `progress` hears of the work on large cohorts. `look_ahead` further
    rounds are planned with them and forgotten, so that a round now does not spoil the next ones. Raises PlanFault for a
    size or number of rounds that makes no sense or too many people, PolicyFault for ids given twice and weights too
    large.
    """
    if size not in SIZES:
        raise PlanFault(f"groups of {size} are not supported; size is 2 or 3")
    if rounds < 1 or look_ahead < 0:
        raise PlanFault(f"{rounds} rounds cannot be planned; ask for at least 1")
    by_id = _by_id(people)
    kept, conflicts = kept_locks(locks, by_id, policy)
    staying = undisturbed(steady, kept, by_id, policy)
    random = Random(seed)
    if len(by_id) > MOST:
        order = _large(by_id, policy, requests, [*kept, *staying], size, time_limit, progress)
        return _large_plan(
            order, Meetings(history), range(first_round, first_round + rounds), random, conflicts
        )
    cohort = Cohort(by_id, policy, requests=requests, locks=kept, steady=staying, size=size, random=random)
    past = Meetings(history)
    numbers = range(first_round, first_round + rounds)
    planned = rotation(cohort, past, numbers, random, TimeLimit.within(time_limit), look_ahead)
    return Plan(
        rounds=planned,
        repeat_free_rounds=leading_fresh([each.repeats == 0 and bool(each.groups) for each in planned]),
        repeat_free_limit=cohort.repeat_free_limit(past, planned[0].alone),
        unplaceable=_unplaceable(cohort, planned),
        conflicts=tuple(conflicts),
        pair_weights=pair_weights(cohort, past, planned[0]),
    )


def _by_id(people: Iterable[Person]) -> Mapping[str, Person]:
    found: dict[str, Person] = {}
    for person in people:
        if person.id in found:
            raise PolicyFault(f"two people have the id {person.id}")
        found[person.id] = person
    return found


def _large(
    people: Mapping[str, Person],
    policy: Policy,
    requests: Sequence[Request],
    locks: Sequence[Lock],
    size: int,
    seconds: float | None,
    progress: Progress | None,
) -> Order:
    """What a plan beyond MOST people needs. Raises PlanFault where it cannot be had."""
    if size != 2:
        raise PlanFault(f"{len(people)} people are too many for groups of three; split them: {MOST} at most")
    if not AVAILABLE:
        raise PlanFault(f"{len(people)} people: {NEEDED.format(MOST)}")
    return Order(
        people=people, policy=policy, requests=requests, locks=locks, seconds=seconds, progress=progress
    )


def _large_plan(
    order: Order, past: Meetings, numbers: range, random: Random, conflicts: Sequence[Conflict]
) -> Plan:
    planned = large_rounds(order, past, numbers, random)
    alone = sorted({id_ for each in planned for id_ in each.alone})
    others = [order.people[id_] for id_ in sorted(order.people)]
    explained = [
        obstacles(order.people[id_], [other for other in others if other.id != id_], order.policy)
        for id_ in alone[:EXPLAINED]
    ]
    met = sum(one in order.people and other in order.people for one, other, _ in past.pairs())
    return Plan(
        rounds=planned,
        repeat_free_rounds=leading_fresh([each.repeats == 0 and bool(each.groups) for each in planned]),
        repeat_free_limit=most_fresh_rounds(len(order.people), met),
        unplaceable=(
            *explained,
            *(Unplaceable(id=id_, why=NOBODY, rules=(), in_full=NOBODY) for id_ in alone[EXPLAINED:]),
        ),
        conflicts=tuple(conflicts),
        pair_weights=LargePairWeights(people=order.people, policy=order.policy, requests=order.requests),
    )


def _unplaceable(cohort: Cohort, planned: Iterable[Round]) -> tuple[Unplaceable, ...]:
    """Everybody left alone in some round, with what stood in the way."""
    first = {id_: each for each in reversed(list(planned)) for id_ in each.alone}
    everybody = [cohort.people[id_] for id_ in sorted(cohort.ids)]
    return tuple(
        obstacles(
            cohort.people[id_],
            [other for other in everybody if other.id != id_],
            cohort.policy,
            first[id_].groups,
        )
        for id_ in sorted(first)
    )

"""A horizon of rounds: the best groups while that leaves enough choice, then rounds that are completed
together.

Repeat-free rounds run out. Taking the heaviest round each time stops short of the limit, so the last rounds
before it are planned as one; from the limit on, the oldest meetings come back first.
"""

from collections.abc import Sequence
from random import Random

from pairing.cohort import Cohort
from pairing.completion import completed
from pairing.grouping import Group
from pairing.horizon import leading_fresh
from pairing.labels import labelled
from pairing.meetings import Meetings
from pairing.mixed_designs import design
from pairing.rounds import Round, best_round
from pairing.time_limit import TimeLimit

FREE_SHARES = (0.7, 0.5, 0.3, 0.0)  # of the limit: rounds chosen freely before the rest is completed
DESIGNED = 0.6  # of the limit: from here on a design of triads is worth the weight it costs


def rotation(
    cohort: Cohort, history: Meetings, numbers: range, random: Random, limit: TimeLimit, look_ahead: int = 0
) -> tuple[Round, ...]:
    """One round for each number, remembering those before it. `history` is left as it is.

    `look_ahead` more rounds are planned with them, unless there is so much choice that they cannot fail.
    """
    possible = min(len(numbers) + look_ahead, cohort.repeat_free_limit(history, ())) if look_ahead else 0
    if possible > len(numbers) and not _ample(cohort, history, possible):
        longer = range(numbers.start, numbers.start + possible)
        proven = _freely_with_proof(cohort, history, numbers, possible - len(numbers), random, limit)
        return proven or _horizon(cohort, history, longer, random, limit)[: len(numbers)]
    return _horizon(cohort, history, numbers, random, limit)


def _freely_with_proof(
    cohort: Cohort, history: Meetings, numbers: range, more: int, random: Random, limit: TimeLimit
) -> tuple[Round, ...] | None:
    """The best rounds of dyads, where that many fresh ones can follow them; None where that is not shown."""
    if cohort.size != 2 or len(cohort.pool) % 2:
        return None
    meetings = history.copy()
    rounds = _freely(cohort, meetings, numbers, random, limit)
    if rounds[0].alone or any(each.repeats for each in rounds):
        return None
    return tuple(rounds) if completed(cohort.fresh(meetings), more, random, limit) is not None else None


def _ample(cohort: Cohort, history: Meetings, rounds: int) -> bool:
    """Whether that many rounds of fresh groups can be chosen freely, each leaving enough for the next: everybody may
    still meet half of the others (Dirac, 1952), for triads two thirds of them (Corrádi and Hajnal, 1963)."""
    fresh = cohort.fresh(history)
    n = len(fresh)
    least = int(fresh.sum(axis=1).min(initial=n)) - (cohort.size - 1) * rounds
    return 2 * least >= n if cohort.size == 2 else 3 * least >= 2 * n


def _horizon(
    cohort: Cohort, history: Meetings, numbers: range, random: Random, limit: TimeLimit
) -> tuple[Round, ...]:
    horizon = min(len(numbers), cohort.repeat_free_limit(history, ()))
    if cohort.size == 3 and horizon > DESIGNED * cohort.repeat_free_limit(history, ()):
        designed = _completed(cohort, history, horizon, random, limit)
        if designed is not None and len(designed) >= horizon - 1:  # more than free choice ever reaches
            return _with_rest(cohort, history.copy(), [], designed, numbers, random, limit)
    rounds = _freely(cohort, history.copy(), numbers, random, limit)
    reached = leading_fresh([each.repeats == 0 and bool(each.groups) for each in rounds])
    wanted = min(len(numbers), cohort.repeat_free_limit(history, rounds[0].alone))
    if reached >= wanted or rounds[0].alone:
        return tuple(rounds)
    for free in _free_shares(cohort, wanted, reached):
        meetings = history.copy()
        _remember(meetings, rounds[:free])
        rest = _completed(cohort, meetings, wanted - free, random, limit)
        if rest is not None and free + len(rest) > reached:
            return _with_rest(cohort, meetings, rounds[:free], rest, numbers, random, limit)
    return tuple(rounds)


def _free_shares(cohort: Cohort, wanted: int, reached: int) -> list[int]:
    """How many rounds to choose freely before the others are completed, the most first."""
    if cohort.size == 3 or len(cohort.pool) % 2:
        return [0]  # a design leaves no room for rounds of another making
    first = 1 if cohort.has_open_wishes else 0  # which are granted in the first round, chosen freely
    return sorted({max(first, min(int(share * wanted), reached)) for share in FREE_SHARES}, reverse=True)


def _completed(
    cohort: Cohort, meetings: Meetings, rounds: int, random: Random, limit: TimeLimit
) -> Sequence[Sequence[Group]] | None:
    """That many rounds of fresh groups of the pool, or as many as are known; None where none are."""
    fresh = cohort.fresh(meetings)
    n = len(fresh)
    if cohort.size == 2 and n % 2 == 0:
        return completed(fresh, rounds, random, limit)
    if cohort.has_open_wishes or int(fresh.sum()) < n * (n - 1):
        return None
    known = design(n, cohort.size)
    return known and labelled(known[:rounds], cohort.weights[cohort.pool][:, cohort.pool], random, limit)


def _freely(
    cohort: Cohort, meetings: Meetings, numbers: Sequence[int], random: Random, limit: TimeLimit
) -> list[Round]:
    """The best round each time; `meetings` grows with them."""
    rounds = []
    for number in numbers:
        wishes = number == numbers[0]
        rounds.append(best_round(cohort, number, meetings, wishes=wishes, random=random, limit=limit))
        _remember(meetings, rounds[-1:])
    return rounds


def _remember(meetings: Meetings, rounds: Sequence[Round]) -> None:
    for each in rounds:
        for group in each.groups:
            meetings.record(each.number, group)


def _with_rest(
    cohort: Cohort,
    meetings: Meetings,
    rounds: Sequence[Round],
    rest: Sequence[Sequence[Group]],
    numbers: range,
    random: Random,
    limit: TimeLimit,
) -> tuple[Round, ...]:
    """The free rounds, the completed ones from the heaviest on, and whatever comes after the limit."""
    planned = list(rounds)
    for groups in sorted(rest, key=lambda groups: (-cohort.pool_weight(groups), list(groups))):
        number = numbers[len(planned)]
        wishes = number == numbers[0]
        planned.append(
            best_round(cohort, number, meetings, wishes=wishes, random=random, limit=limit, given=groups)
        )
        _remember(meetings, planned[-1:])
    return (*planned, *_freely(cohort, meetings, numbers[len(planned) :], random, limit))

"""A horizon of rounds: the best groups while that leaves enough choice, then rounds that are completed
together.

Repeat-free rounds run out. Taking the heaviest round each time stops short of the limit, so the last rounds
before it are planned as one; from the limit on, the oldest meetings come back first.
"""

from collections.abc import Sequence
from random import Random

from pairing.cohort import Cohort
from pairing.completion import Pairs, completed
from pairing.horizon import leading_fresh
from pairing.meetings import Meetings
from pairing.rounds import Round, best_round
from pairing.time_limit import TimeLimit

FREE_SHARES = (0.7, 0.5, 0.3, 0.0)  # of the limit: rounds chosen freely before the rest is completed


def rotation(
    cohort: Cohort, history: Meetings, numbers: range, random: Random, limit: TimeLimit
) -> tuple[Round, ...]:
    """One round for each number, remembering those before it. `history` is left as it is."""
    meetings = history.copy()
    rounds = _freely(cohort, meetings, numbers, random, limit)
    reached = leading_fresh([each.repeats == 0 and bool(each.groups) for each in rounds])
    wanted = min(len(numbers), cohort.repeat_free_limit(history, rounds[0].alone))
    if reached >= wanted or cohort.size != 2 or len(cohort.pool) % 2 or rounds[0].alone:
        return tuple(rounds)
    for share in FREE_SHARES:
        free = min(int(share * wanted), reached)
        meetings = history.copy()
        _remember(meetings, rounds[:free])
        rest = completed(cohort.fresh(meetings), wanted - free, random, limit)
        if rest is not None:
            return _with_rest(cohort, meetings, rounds[:free], rest, numbers, random, limit)
    return tuple(rounds)


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
    rest: Sequence[Pairs],
    numbers: range,
    random: Random,
    limit: TimeLimit,
) -> tuple[Round, ...]:
    """The free rounds, the completed ones from the heaviest on, and whatever comes after the limit."""
    planned = list(rounds)
    for pairs in sorted(rest, key=lambda pairs: (-cohort.pool_weight(pairs), pairs)):
        number = numbers[len(planned)]
        wishes = number == numbers[0]
        planned.append(
            best_round(cohort, number, meetings, wishes=wishes, random=random, limit=limit, given=pairs)
        )
        _remember(meetings, planned[-1:])
    return (*planned, *_freely(cohort, meetings, numbers[len(planned) :], random, limit))

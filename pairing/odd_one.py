"""The odd one out among dyads: which three people form the triad, so that the whole round scores most.

Every permitted triad gets an upper limit from the prices of an optimal matching. The most promising one is
solved exactly, which gives new prices and lowers the limits of the others, until no limit is above the best
answer found.
"""

from dataclasses import dataclass

import numpy as np

from pairing.compatibility import Weights
from pairing.grouping import Group, Grouping, score
from pairing.matching import Priced, fits, impossible, priced_matching, unmatched
from pairing.objective import Objective
from pairing.time_limit import TimeLimit

SIZE = 2
TRIED = 60  # triads solved exactly before the answer is given with a gap ...
TRIED_LARGE = 10  # and where each takes a while
LARGE = 400
KEPT = 2_000_000  # candidates held at a time


@dataclass(slots=True)
class Candidates:
    """Triads that may still beat the best answer, with twice their limits."""

    triads: Weights  # m by 3
    limits: Weights
    beyond: int  # twice the limit of the best triad that was not kept


def with_one_triad(objective: Objective, limit: TimeLimit) -> Grouping | None:
    """The best round of dyads and one triad; None where no triad was found that leaves all others paired."""
    if not fits(objective.scores, objective.allowed):
        return None
    start = priced_matching(objective.scores, objective.allowed)
    best = _attached(objective, start.pairs)
    low = impossible(objective.scores, objective.allowed) // 2
    floor = low if best is None else score(objective, SIZE, best)
    prices = start.prices[:-1]
    left = _promising(
        objective, prices, start.around + int(start.prices.sum()) - int(start.prices[-1]), 2 * floor
    )
    for _ in range(TRIED if len(objective) <= LARGE else TRIED_LARGE):
        if not len(left.limits) or left.limits.max() <= 2 * floor or (best and limit.passed()):
            break
        chosen = int(left.limits.argmax())
        triad: Group = tuple(left.triads[chosen].tolist())
        others = unmatched(len(objective), [triad])
        part = objective.part(others)
        solved = priced_matching(part.scores, part.allowed)
        reached = solved.total + objective.of(triad, odd=True)
        if 2 * len(solved.pairs) == len(others) and (best is None or reached > floor):
            floor = reached
            best = [triad, *((others[one], others[other]) for one, other in solved.pairs)]
        _lower(left, objective, _everybody_priced(objective, others, solved), solved.around, 2 * floor)
    if best is None:
        return None
    ceiling = max(int(left.limits.max(initial=left.beyond)), left.beyond) // 2
    return Grouping(groups=tuple(best), alone=(), score=floor, bound=max(floor, ceiling))


def _attached(objective: Objective, pairs: list[tuple[int, int]]) -> list[Group] | None:
    """A matching with the one left over joined to the dyad where it costs least; None where no dyad may
    take it."""
    over = unmatched(len(objective), pairs)
    joined = (
        [(*pair, over[0]) for pair in pairs if objective.permits((*pair, over[0]))] if len(over) == 1 else []
    )
    if not joined:
        return None
    triad = max(
        joined, key=lambda group: (objective.of(group, odd=True) - objective.of(group[:2], odd=False), group)
    )
    return [triad, *(pair for pair in pairs if pair != triad[:2])]


def _promising(objective: Objective, prices: Weights, total: int, floor: int) -> Candidates:
    """The triads whose limit is above `floor`.

    With y the prices, a round with triad T scores at most half of total + 2 score(T) - y(T), which is total
    + y(T) less the slacks of its pairs. Most pairs have too much slack for any third person to make up for:
    passed over.
    """
    found: list[Weights] = []
    limits: list[Weights] = []
    slack = prices[:, None] + prices[None, :] - 2 * objective.scores
    inner = -2 * min(
        0, int(slack[objective.allowed].min(initial=0))
    )  # inside a blossom slack may be negative
    gains = prices - 2 * objective.turn_costs
    most = int(gains.max()) + inner
    for first in range(len(objective) - 2):
        later = np.arange(len(objective)) > first
        hope = total + gains[first] + gains - slack[first] + most
        seconds = np.flatnonzero(objective.allowed[first] & later & (hope > floor))
        with_two = total + gains[first] + gains[seconds] - slack[first, seconds]
        values = with_two[:, None] + (gains - slack[first] - slack[seconds])
        good = objective.allowed[first] & objective.allowed[seconds] & (values > floor)
        good &= np.arange(len(objective)) > seconds[:, None]
        rows, thirds = np.nonzero(good)
        found.append(np.stack([np.full(len(rows), first), seconds[rows], thirds], axis=1))
        limits.append(values[rows, thirds])
    return _most_promising(found, limits)


def _most_promising(found: list[Weights], limits: list[Weights]) -> Candidates:
    triads = np.concatenate([np.empty((0, 3), dtype=np.int64), *found])
    highest = np.concatenate([np.empty(0, dtype=np.int64), *limits])
    beyond = -(2**62)
    if len(highest) > KEPT:
        order = np.argsort(-highest, kind="stable")
        beyond = int(highest[order[KEPT]])
        triads, highest = triads[order[:KEPT]], highest[order[:KEPT]]
    return Candidates(triads=triads, limits=highest, beyond=beyond)


def _everybody_priced(objective: Objective, others: list[int], solved: Priced) -> Weights:
    """Prices for all, from those of a matching without a triad: its members get the least that fits."""
    prices = np.zeros(len(objective), dtype=np.int64)
    prices[others] = solved.prices
    known = np.zeros(len(objective), dtype=np.bool_)
    known[others] = True
    for member in np.flatnonzero(~known).tolist():
        near = known & objective.allowed[member]
        prices[member] = (2 * objective.scores[member, near] - prices[near]).max(
            initial=-(2**60) if near.any() else 0
        )
        known[member] = True
    return prices


def _lower(left: Candidates, objective: Objective, prices: Weights, around: int, floor: int) -> None:
    """Lower the limits by other prices, and drop the triads that fall to the floor."""
    one, other, third = left.triads.T
    scores, costs = objective.scores, objective.turn_costs
    inside = (
        scores[one, other]
        + scores[one, third]
        + scores[other, third]
        - costs[one]
        - costs[other]
        - costs[third]
    )
    bought = prices[one] + prices[other] + prices[third]
    limits = np.minimum(left.limits, int(prices.sum()) + around + 2 * inside - bought)
    keep = limits > floor
    left.triads, left.limits = left.triads[keep], limits[keep]

"""The odd one out among dyads: which three people form the triad, so that the whole round scores most.

Every possible triad gets an upper limit from the prices of people (see `pairing.prices`); triads are tried
from the most promising down, each with an exact matching of the others, until no limit is above the best
answer found.
"""

import numpy as np

from pairing.compatibility import Mask, Weights
from pairing.grouping import Group, Grouping, score
from pairing.matching import heaviest_matching
from pairing.objective import Objective
from pairing.prices import person_prices

SIZE = 2
TRIED = 300  # triads solved exactly before the answer is given with a gap


def with_one_triad(objective: Objective, pairs: list[tuple[int, int]], over: int) -> Grouping | None:
    """The best round of dyads and one triad; None when no triad leaves all others paired (as far as was
    looked).

    `pairs` is a heaviest matching that leaves only `over` out.
    """
    prices = person_prices(objective.scores, objective.allowed)
    best = _attached(objective, pairs, over)
    limits, triads = _promising(objective, prices, None if best is None else score(objective, SIZE, best))
    for limit, triad in zip(limits[:TRIED], triads, strict=False):
        if best is not None and limit <= score(objective, SIZE, best):
            break
        floor = None if best is None else score(objective, SIZE, best)
        found = _around(objective, triad, _useful(objective, prices, limit, floor))
        if found is not None and (floor is None or score(objective, SIZE, found) > floor):
            best = found
    if best is None:
        return None
    total = score(objective, SIZE, best)
    untried = limits[TRIED] if len(limits) > TRIED else total
    bound = max(total, int(untried))
    return Grouping(groups=tuple(best), alone=(), score=total, bound=bound)


def _attached(objective: Objective, pairs: list[tuple[int, int]], over: int) -> list[Group] | None:
    """The matching with the one left over joined to the dyad where it costs least; None where no dyad may
    take it."""
    joined = [(*pair, over) for pair in pairs if objective.permits((*pair, over))]
    if not joined:
        return None
    triad = max(
        joined, key=lambda group: (objective.of(group, odd=True) - objective.of(group[:2], odd=False), group)
    )
    return [triad, *(pair for pair in pairs if pair != triad[:2])]


def _promising(objective: Objective, prices: Weights, floor: int | None) -> tuple[list[int], list[Group]]:
    """Permitted triads whose limit is above `floor`, the highest first, at most TRIED + 1 of them.

    With y the prices, any round with triad T scores at most ½ Σ y + score(T) − ½ y(T).
    """
    total = int(prices.sum())
    kept_limits = np.empty(0, dtype=np.int64)
    kept = np.empty((0, 3), dtype=np.int64)
    for first in range(len(objective) - 2):
        limits, seconds, thirds = _limits_with(objective, prices, first, total)
        wanted = np.ones(len(limits), dtype=np.bool_) if floor is None else limits > floor
        if len(kept_limits) > TRIED:
            wanted &= limits > kept_limits[TRIED]
        if not wanted.any():
            continue
        rows = np.stack([np.full(wanted.sum(), first), seconds[wanted], thirds[wanted]], axis=1)
        kept_limits = np.concatenate([kept_limits, limits[wanted]])
        kept = np.concatenate([kept, rows])
        order = np.argsort(-kept_limits, kind="stable")[: TRIED + 1]
        kept_limits, kept = kept_limits[order], kept[order]
    return kept_limits.tolist(), [(one, other, third) for one, other, third in kept.tolist()]


def _limits_with(
    objective: Objective, prices: Weights, first: int, total: int
) -> tuple[Weights, Weights, Weights]:
    """The limits of all permitted triads in which `first` is the least position, with their other two
    members."""
    later = np.flatnonzero(objective.allowed[first, first + 1 :]) + first + 1
    near = objective.scores[first, later]
    inside = objective.scores[np.ix_(later, later)]
    seconds, thirds = np.nonzero(np.triu(objective.allowed[np.ix_(later, later)], 1))
    costs = (
        objective.turn_costs[first]
        + objective.turn_costs[later[seconds]]
        + objective.turn_costs[later[thirds]]
    )
    gains = near[seconds] + near[thirds] + inside[seconds, thirds] - costs
    bought = prices[first] + prices[later[seconds]] + prices[later[thirds]]
    return (total + 2 * gains - bought) // 2, later[seconds], later[thirds]


def _useful(objective: Objective, prices: Weights, limit: int, floor: int | None) -> Mask:
    """The pairs that an answer above `floor` can still contain when its triad's limit is `limit`."""
    if floor is None:
        return objective.allowed
    slack = prices[:, None] + prices[None, :] - 2 * objective.scores
    return objective.allowed & (slack < 2 * (limit - floor) + 2)


def _around(objective: Objective, triad: Group, useful: Mask) -> list[Group] | None:
    """The triad and the heaviest pairing of everybody else from useful pairs; None where somebody stays
    over."""
    others = [member for member in range(len(objective)) if member not in triad]
    chosen = np.ix_(others, others)
    pairs = heaviest_matching(objective.scores[chosen], useful[chosen])
    if 2 * len(pairs) < len(others):
        return None
    return [triad, *((others[one], others[other]) for one, other in pairs)]

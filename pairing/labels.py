"""Who stands where in a design: every labelling is free of repeats, so a short search looks for a heavy one."""

from collections.abc import Sequence
from itertools import combinations
from math import exp
from random import Random

import numpy as np

from pairing.compatibility import Weights
from pairing.grouping import Group
from pairing.time_limit import TimeLimit

SWAPS_EACH = 300  # exchanges tried for each person ...
MOST_SWAPS = 20_000  # ... and in all
COOLEST = 0.02  # the last temperature, as a share of the first


def labelled(
    rounds: Sequence[Sequence[Group]], weights: Weights, random: Random, limit: TimeLimit
) -> list[list[Group]]:
    """The rounds with people in their places, the heaviest round first: simulated annealing over exchanges of two.

    `weights` is people by people. A horizon that brings everybody together with everybody weighs the same however they
    stand; a shorter one gains a few percent.
    """
    n = len(weights)
    seats = np.array(random.sample(range(n), n), dtype=np.int64)
    meet = np.zeros((n, n), dtype=np.int64)
    for groups in rounds:
        for group in groups:
            for one, other in combinations(group, 2):
                meet[one, other] = meet[other, one] = 1
    if int(meet.sum()) < n * (n - 1):
        _anneal(seats, meet, weights, random, limit)
    placed = [[tuple(sorted(int(seats[place]) for place in group)) for group in groups] for groups in rounds]
    return sorted(placed, key=lambda groups: (-_weight(groups, weights), groups))


def _anneal(seats: Weights, meet: Weights, weights: Weights, random: Random, limit: TimeLimit) -> None:
    """Exchanges people between places, at first now and then for the worse."""
    n = len(seats)
    swaps = min(SWAPS_EACH * n, MOST_SWAPS)
    warm = max(1.0, float(weights.clip(min=0).std()) * 2)
    best, gained, reached = seats.copy(), 0, 0
    for step in range(swaps):
        if step % 256 == 0 and limit.passed():
            break
        one, other = random.sample(range(n), 2)
        apart = meet[one] - meet[other]
        apart[one] = apart[other] = 0
        here = weights[seats[other]] - weights[seats[one]]
        gain = int(apart @ here[seats])
        heat = warm * COOLEST ** (step / swaps)
        if gain >= 0 or random.random() < exp(gain / heat):
            seats[one], seats[other] = seats[other], seats[one]
            gained += gain
            if gained > reached:
                reached, best = gained, seats.copy()
    seats[:] = best


def _weight(groups: Sequence[Group], weights: Weights) -> int:
    return sum(int(weights[one, other]) for group in groups for one, other in combinations(group, 2))

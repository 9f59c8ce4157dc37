"""Pairs of people who stand beside each other in the order of values: an answer at once where time is up."""

import numpy as np

from pairing.profile_weights import plain_weights
from pairing.profiles import Columns, Ints

NOBODY = -1
PASSES = 40
FEW = 2_000  # people who are then looked at one by one


def neighbours_paired(c: Columns) -> Ints:
    """Partners by position, NOBODY for the few who found none: each pass pairs those who are next to each other."""
    n = len(c.apart_at) - 1
    mate = np.full(n, NOBODY, dtype=np.int64)
    for turn in range(PASSES):
        free = np.flatnonzero(mate == NOBODY)
        if len(free) < 2:
            break
        step = 1 + turn // 2
        free = np.roll(free, -(turn % 2) * step)
        blocks = free[: len(free) // (2 * step) * 2 * step].reshape(-1, 2, step)
        one, other = blocks[:, 0].ravel(), blocks[:, 1].ravel()
        kept = plain_weights(c, one, other) >= 0
        mate[one[kept]], mate[other[kept]] = other[kept], one[kept]
    _one_by_one(c, mate)
    return mate


def _one_by_one(c: Columns, mate: Ints) -> None:
    """Each of the few without a partner takes the best of the others, where a rule permits one."""
    over = np.flatnonzero(mate == NOBODY)[:FEW]
    for one in over.tolist():
        others = over[(mate[over] == NOBODY) & (over != one)]
        if mate[one] != NOBODY or not len(others):
            continue
        weights = plain_weights(c, np.full(len(others), one), others)
        best = int(weights.argmax())
        if weights[best] >= 0:
            mate[one], mate[others[best]] = others[best], one

"""Pairs of people who stand beside each other in the order of values: an answer at once where time is up."""

import numpy as np

from pairing.profile_weights import plain_weights
from pairing.profiles import Columns, Ints

NOBODY = -1
PASSES = 40


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
    return mate

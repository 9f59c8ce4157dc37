"""How many rounds can go by before two people must meet again: a limit that holds for any planner."""

from collections.abc import Sequence

import numpy as np

from pairing.compatibility import Mask

# What counting alone does not rule out but no arrangement reaches, by size and people: nearly Kirkman systems
# of order 6 and 12 do not exist (they start at 18); the others were ruled out by trying every arrangement.
KNOWN = {(3, 6): 1, (3, 12): 4, (3, 5): 1, (3, 7): 3, (3, 11): 4, (2, 5): 1, (2, 7): 3}


def repeat_free_limit(fresh: Mask, size: int) -> int:
    """An upper bound on rounds without a repeat among people whose unmet, permitted pairs are `fresh`.

    Counts pairs: a round uses up a certain number of them at the least, and each person's partners run out.
    Everybody must be able to take part; 0 for fewer than two people.
    """
    n = len(fresh)
    if n < 2:
        return 0
    degrees = fresh.sum(axis=1)
    pairs = int(degrees.sum()) // 2
    by_pairs = pairs // _pairs_a_round(n, size)
    by_person = int(degrees.min()) // (2 if size == 3 and n % 3 == 0 else 1)
    return min(by_pairs, by_person, KNOWN.get((size, n), by_pairs))


def _pairs_a_round(n: int, size: int) -> int:
    """The fewest pairs that meet when everybody is in a group: the remainder forms one triad, or one or two
    dyads."""
    if size == 2 or n < 3:
        return n // 2 if n % 2 == 0 else (n - 3) // 2 + 3
    return {0: n, 1: n - 2, 2: n - 1}[n % 3]


def leading_fresh(fresh: Sequence[bool]) -> int:
    """How many rounds from the first on are fresh."""
    return next((index for index, yes in enumerate(fresh) if not yes), len(fresh))


def fresh_pairs(allowed: Mask, met: Sequence[tuple[int, int]]) -> Mask:
    """The permitted pairs that have not met."""
    fresh = np.array(allowed)
    for one, other in met:
        fresh[one, other] = fresh[other, one] = False
    return fresh

"""Prices of people, from the assignment relaxation of matching: a proof of how good any pairing can be at
most.

Solves the n by n assignment problem by shortest augmenting paths (Kuhn 1955; Jonker and Volgenant 1987),
one row at a time with whole-row numpy steps. Knows nothing of groups or rules.
"""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def assignment(gains: Ints) -> tuple[Ints, Ints, Ints]:
    """The best column for each row, and prices u, v with u[i] + v[j] >= gains[i, j], tight on the assignment.

    `gains` is square; its entries times its size must fit 62 bits.
    """
    n = len(gains)
    costs = -gains
    u = np.zeros(n + 1, dtype=np.int64)
    v = np.zeros(n + 1, dtype=np.int64)
    row_of = np.full(n + 1, n, dtype=np.int64)  # column -> row; the last column is the root of each search
    v[:n] = costs.min(axis=0) if n else 0
    for row in range(n):
        _augment(costs, row, u, v, row_of)
    columns = np.empty(n, dtype=np.int64)
    columns[row_of[:n]] = np.arange(n)
    return columns, -u[:n], -v[:n]


def _augment(costs: Ints, row: int, u: Ints, v: Ints, row_of: Ints) -> None:
    """Assign one more row along the cheapest alternating path, keeping the prices feasible and tight."""
    n = len(costs)
    root = n
    row_of[root] = row
    least = np.full(n, np.iinfo(np.int64).max, dtype=np.int64)
    previous = np.full(n, root, dtype=np.int64)
    used = np.zeros(n + 1, dtype=np.bool_)
    column = root
    while row_of[column] != n:
        used[column] = True
        current = row_of[column]
        reach = costs[current] - u[current] - v[:n]
        better = (reach < least) & ~used[:n]
        least[better] = reach[better]
        previous[better] = column
        free = np.where(used[:n], np.iinfo(np.int64).max, least)
        following = int(free.argmin())
        step = free[following]
        u[row_of[used]] += step
        v[used] -= step
        least[~used[:n]] -= step
        column = following
    while column != root:
        before = int(previous[column])
        row_of[column] = row_of[before]
        column = before
    row_of[root] = n


def person_prices(scores: Ints, allowed: NDArray[np.bool_]) -> Ints:
    """Twice the price of each person: y[i] + y[j] >= 2 * scores[i, j] for every allowed pair.

    Half the sum of the result bounds twice the best perfect matching, and so any set of disjoint pairs that
    covers all.
    """
    spread = int(np.abs(scores[allowed]).max(initial=0)) + 1
    gains = np.where(allowed, scores, -2 * spread)
    _, u, v = assignment(gains)
    return u + v

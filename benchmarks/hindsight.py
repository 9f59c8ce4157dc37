"""How many repeats nobody could have avoided, had they known from the start who would come and go.

A linear program over who meets whom while the same people are there: everybody has so many rounds, a pair is fresh
once. What it cannot make fresh is a repeat, whatever the planner.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

MOST = 40_000  # pairs in play: beyond, the program takes minutes
SECONDS = 60.0


def unavoidable(present: Sequence[frozenset[str]]) -> float | None:
    """The least number of repeats in rounds of dyads, by who is there in each; None where that takes too long."""
    times = _times(present)
    if sum(len(there) * (len(there) - 1) // 2 for there, _ in times) > MOST:
        return None
    rows: list[int] = []
    room: list[int] = []  # of each row: how many rounds somebody has at a time, or one for a pair
    row_of: dict[object, int] = {}
    columns: list[int] = []
    count = 0
    for at, (there, length) in enumerate(times):
        for pair in combinations(sorted(there), 2):
            for key, most in ((pair, 1), *(((at, who), length) for who in pair)):
                if key not in row_of:
                    row_of[key] = len(room)
                    room.append(most)
                rows.append(row_of[key])
                columns.append(count)
            count += 1
    table = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(room), count)).tocsr()
    answer = linprog(
        -np.ones(count), A_ub=table, b_ub=np.array(room), bounds=(0, 1), method="highs-ipm",
        options={"time_limit": SECONDS},
    )  # fmt: skip
    if answer.status != 0:
        return None
    return sum(len(there) // 2 for there in present) + float(answer.fun)


def _times(present: Sequence[frozenset[str]]) -> list[tuple[frozenset[str], int]]:
    """Rounds one after the other with the same people, as one."""
    found: list[tuple[frozenset[str], int]] = []
    for there in present:
        if found and found[-1][0] == there:
            found[-1] = there, found[-1][1] + 1
        else:
            found.append((there, 1))
    return found

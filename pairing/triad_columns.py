"""The linear program behind triads, by columns that are found as they are needed, and the bound that it proves.

A column is a group of three seats. Prices of seats say which groups are still missing; whatever the prices, adding
what they miss gives a bound in whole numbers (Gilmore and Gomory, Operations Research 9, 1961, for the
columns; the bound is Lagrange's).
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pairing.compatibility import Mask
from pairing.compiled import AVAILABLE, kernel, machine_code
from pairing.prices import Ints
from pairing.time_limit import TimeLimit

SCALE = 1200  # prices are whole numbers of this part of a unit; divisible by 3
PLAIN = 24  # seats; beyond, compiling pays
EACH = 6  # groups a seat that are added at a time
LOOKS = 60
NEAR = 0.0001  # of the bound: closer to the mixture it is not brought
NOBODY = -1
FAR = -(2**60)


@dataclass(slots=True, kw_only=True)
class Program:
    """Groups in play, and what is known of the best choice among all groups."""

    scores: Ints  # seat by seat
    usable: Mask
    groups: Ints  # m by 3
    bound: int  # no partition scores more
    prices: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def values(self) -> Ints:
        """The score of each group."""
        one, other, third = self.groups.T
        found: Ints = self.scores[one, other] + self.scores[one, third] + self.scores[other, third]
        return found


def solved(scores: Ints, usable: Mask, start: Ints, limit: TimeLimit) -> Program:
    """The best mixture of groups, from a partition to start with; cut short by the limit, with what is proven then."""
    program = Program(scores=scores, usable=usable, groups=np.sort(start, axis=1), bound=2**60)
    prices = np.zeros(len(scores))
    prices[program.groups] = (program.values() / 3)[:, None]
    center, mixture = prices, float("inf")
    for look in range(LOOKS):
        found = _missing(program, np.ceil(center * SCALE).astype(np.int64))
        if not len(found):
            center = prices
            found = _missing(program, np.ceil(center * SCALE).astype(np.int64))
        if (
            limit.passed()
            or program.bound - NEAR * abs(program.bound) <= mixture + 0.001 < 2**60
            or not len(found)
        ):
            break
        program.groups = np.unique(np.concatenate([program.groups, found]), axis=0)
        prices = _mixed(program)
        mixture = int(np.floor(prices.sum() + 0.001))
        center = prices if look < 2 else (center + prices) / 2
    return program


def _missing(program: Program, prices: Ints) -> Ints:
    """The groups that the prices miss most, by seat. Lowers the bound, and keeps the prices that prove it."""
    n = len(prices)
    found = np.full((n, EACH, 2), NOBODY, dtype=np.int64)
    value = np.zeros((n, EACH), dtype=np.int64)
    gains = np.where(program.usable, 2 * SCALE * program.scores - prices[:, None] - prices[None, :], FAR)
    look = machine_code(__name__)["best_groups"] if n > PLAIN and AVAILABLE else best_groups
    look(gains, gains.max(axis=1), found, value)
    enough = prices + -(-value[:, 0] // 6)  # half of what a group gains, shared by its three
    if int(enough.sum()) // SCALE < program.bound:
        program.bound, program.prices = int(enough.sum()) // SCALE, enough
    rows, places = np.nonzero(found[:, :, 0] != NOBODY)
    return np.sort(np.column_stack([rows, found[rows, places]]), axis=1)


@kernel
def best_groups(gains: Ints, most: Ints, found: Ints, value: Ints) -> None:
    """Each seat's best groups: the other two, and what the pairs of the three gain together, where above 0."""
    n = len(most)
    for i in range(n):
        row = gains[i]
        for j in range(n):
            if row[j] + most[i] + most[j] <= value[i, -1]:
                continue
            for k in range(j + 1, n):
                worth = row[j] + row[k] + gains[j, k]
                if worth > value[i, -1]:
                    place = value.shape[1] - 1
                    while place and value[i, place - 1] < worth:
                        value[i, place] = value[i, place - 1]
                        found[i, place, 0], found[i, place, 1] = (
                            found[i, place - 1, 0],
                            found[i, place - 1, 1],
                        )
                        place -= 1
                    value[i, place], found[i, place, 0], found[i, place, 1] = worth, j, k


def _mixed(program: Program) -> NDArray[np.float64]:
    """Solve the program for the groups in play; returns prices."""
    from scipy.optimize import linprog
    from scipy.sparse import csc_array

    m, n = len(program.groups), len(program.scores)
    table = csc_array((np.ones(3 * m), (program.groups.ravel(), np.repeat(np.arange(m), 3))), shape=(n, m))
    answer = linprog(
        -program.values().astype(float), A_eq=table, b_eq=np.ones(n), bounds=(0, None), method="highs"
    )
    prices: NDArray[np.float64] = -answer.eqlin.marginals
    return prices

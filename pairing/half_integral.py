"""Everybody assigned somebody, cheaply: the half-integral relaxation of matching, as a start and as a bound.

The assignment problem on a dense matrix by Jonker and Volgenant (Computing 38, 1987): prices from the
columns, rows bidding their second choice away, shortest augmenting paths for the rest. Two people assigned
to each other are a pair; an odd ring of assignments is where pairs alone cannot follow.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pairing.compiled import AVAILABLE, kernel, machine_code

Ints = NDArray[np.int64]

NOBODY = -1
FAR = 2**62
PLAIN = 600  # people; beyond, compiling pays
BIDS = 8  # times n: how long rows may outbid each other before paths take over


class Assignment(NamedTuple):
    """Prices with u[i] + v[j] >= gains[i, j] for i != j, and who is assigned whom."""

    gains: Ints  # n by n; the diagonal is never looked at
    u: Ints
    v: Ints
    column: Ints  # of a row
    row: Ints  # of a column


def half_integral(gains: Ints) -> tuple[Ints, Ints]:
    """Prices y with y[i] + y[j] >= 2 gains[i, j], and partners (NOBODY for one person of each odd ring).

    `gains` is symmetric, for two people or more; half the sum of y bounds any matching that covers
    everybody. Partners are joined by tight edges only.
    """
    n = len(gains)
    a = Assignment(
        gains=np.ascontiguousarray(gains, dtype=np.int64),
        u=np.zeros(n, dtype=np.int64),
        v=np.zeros(n, dtype=np.int64),
        column=np.full(n, NOBODY, dtype=np.int64),
        row=np.full(n, NOBODY, dtype=np.int64),
    )
    assign = machine_code(__name__)["_assign"] if n > PLAIN and AVAILABLE else _assign
    assign(a)
    return a.u + a.v, _partners(a.column)


@kernel
def _assign(a: Assignment) -> None:
    n = len(a.u)
    best = np.zeros(n, dtype=np.int64)
    for i in range(n):
        best[i] = _best_column(a, i)[1]
    a.v[:] = best  # of each row, and so of each column
    for i in range(n):
        first, gain, _, _ = _best_column(a, i)
        a.u[i] = gain
        if a.row[first] == NOBODY:
            a.row[first], a.column[i] = i, first
    for _ in range(2):
        _bid(a)
    for i in range(n):
        if a.column[i] == NOBODY:
            _augment(a, i)


@kernel
def _best_column(a: Assignment, i: int) -> tuple[int, int, int, int]:
    """The best and the second best column for a row: (column, gain less price, column, gain less price)."""
    net = a.gains[i] - a.v
    net[i] = -FAR
    first = int(net.argmax())
    best = net[first]
    net[first] = -FAR
    second = int(net.argmax())
    return first, best, second, net[second]


@kernel
def _bid(a: Assignment) -> None:
    """Each unassigned row takes its best column, raising its price until the second best is as good."""
    n = len(a.u)
    waiting = [i for i in range(n) if a.column[i] == NOBODY]
    left = BIDS * n
    while len(waiting) and left:
        left -= 1
        i = waiting.pop()
        first, best, second, next_best = _best_column(a, i)
        if next_best == -FAR:
            continue
        raised = best > next_best
        if raised:
            a.v[first] += best - next_best
        elif a.row[first] != NOBODY:
            first = second
        before = a.row[first]
        a.u[i] = next_best
        a.row[first], a.column[i] = i, first
        if before != NOBODY:
            a.column[before] = NOBODY
            if raised:
                waiting.append(before)  # otherwise it waits for the next round of bids


@kernel
def _augment(a: Assignment, source: int) -> None:
    """Assign one more row along the shortest path of slack, and move the prices by it (Dijkstra on
    columns)."""
    n = len(a.u)
    a.u[source] = _best_column(a, source)[1]
    distance = a.u[source] + a.v - a.gains[source]
    distance[source] = FAR
    via = np.full(n, source, dtype=np.int64)
    done = np.zeros(n, dtype=np.bool_)
    settled = [NOBODY]
    while True:
        nearest = int(np.where(done, FAR, distance).argmin())
        least = distance[nearest]
        i = a.row[nearest]
        if i == NOBODY:
            break
        done[nearest] = True
        settled.append(nearest)
        through = least + a.u[i] + a.v - a.gains[i]
        through[i] = FAR
        shorter = (through < distance) & ~done
        distance = np.where(shorter, through, distance)
        via = np.where(shorter, i, via)
    a.u[source] -= least
    for j in settled[1:]:
        a.v[j] += least - distance[j]
        a.u[a.row[j]] -= least - distance[j]
    while True:
        i = via[nearest]
        a.row[nearest] = i
        a.column[i], nearest = nearest, a.column[i]
        if i == source:
            break


def _partners(column: Ints) -> Ints:
    """Rings of assignments cut into pairs, leaving one person out of each odd ring."""
    n = len(column)
    partner = np.full(n, NOBODY, dtype=np.int64)
    seen = np.zeros(n, dtype=np.bool_)
    for start in range(n):
        ring = []
        person = start
        while not seen[person]:
            seen[person] = True
            ring.append(person)
            person = int(column[person])
        for one, other in zip(ring[::2], ring[1::2], strict=False):
            partner[one], partner[other] = other, one
    return partner

"""A partition into triads made better pool by pool: some groups that the program would mix are chosen anew, exactly."""

from itertools import combinations
from random import Random
from typing import Any

import numpy as np

from pairing.compatibility import Mask, Weights
from pairing.time_limit import TimeLimit
from pairing.triad_columns import SCALE, Program

POOL = 20  # groups that are chosen anew together
ROUNDS = 2  # how often each group comes into a pool, about
NODES = 100  # of the search in one pool
MOST = 2_000  # groups in play in one pool


def chosen(scores: Weights, groups: Weights, options: dict[str, Any]) -> Weights | None:
    """The best partition of all seats that some groups hold, out of these; None where none was found."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csc_array

    if not len(groups):
        return None
    seats, rows = np.unique(groups, return_inverse=True)
    m, n = len(groups), len(seats)
    table = csc_array((np.ones(3 * m), (rows.ravel(), np.repeat(np.arange(m), 3))), shape=(n, m))
    one, other, third = groups.T
    values = scores[one, other] + scores[one, third] + scores[other, third]
    answer = milp(
        -values.astype(float),
        constraints=LinearConstraint(table, np.ones(n), np.ones(n)),
        integrality=np.ones(m),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0} | options,
    )
    return None if answer.x is None else groups[answer.x > 0.5]


def pooled(program: Program, table: Weights, random: Random, limit: TimeLimit) -> Weights:
    """Choose pools of neighboring groups anew until each had its turns."""
    scores = program.scores
    groups = program.groups
    near = _neighbors(
        groups[np.argsort(_lost(program, groups), kind="stable")][: 12 * len(scores)], len(scores)
    )
    places = np.array(list(combinations(range(3 * POOL), 3)), dtype=np.int64)
    best = np.sort(table, axis=1)
    for _ in range(ROUNDS * len(table) // POOL):
        if limit.passed():
            break
        pool = _pool(best, near, random)
        seats = np.sort(best[pool].ravel())
        triples = seats[places[places[:, 2] < len(seats)]]
        lost = _lost(program, triples)
        open_ = int(_lost(program, best[pool]).sum()) - SCALE
        good = np.flatnonzero(_usable(program, triples) & (lost <= open_))
        good = good[np.argsort(lost[good], kind="stable")][:MOST]
        found = chosen(scores, triples[good], {"node_limit": NODES}) if len(good) else None
        if (
            found is not None
            and len(found) == len(pool)
            and _value(scores, found) > _value(scores, best[pool])
        ):
            best = np.concatenate([np.delete(best, pool, axis=0), found])
    return best


def _lost(program: Program, groups: Weights) -> Weights:
    """How far groups are below the prices of their seats."""
    one, other, third = groups.T
    prices, scores = program.prices, program.scores
    worth = scores[one, other] + scores[one, third] + scores[other, third]
    lost: Weights = prices[one] + prices[other] + prices[third] - SCALE * worth
    return lost


def _usable(program: Program, groups: Weights) -> Mask:
    one, other, third = groups.T
    usable: Mask = program.usable[one, other] & program.usable[one, third] & program.usable[other, third]
    return usable


def _value(scores: Weights, table: Weights) -> int:
    one, other, third = table.T
    return int((scores[one, other] + scores[one, third] + scores[other, third]).sum())


def _neighbors(groups: Weights, people: int) -> list[list[int]]:
    """Whom each seat could be with, the likeliest first."""
    near: list[list[int]] = [[] for _ in range(people)]
    for group in groups.tolist():
        for seat in group:
            near[seat].extend(other for other in group if other != seat)
    return near


def _pool(table: Weights, near: list[list[int]], random: Random) -> list[int]:
    """The places of some groups: one by lot, and those of its neighbors, and of theirs."""
    where = np.empty(len(near), dtype=np.int64)
    where[table] = np.arange(len(table))[:, None]
    pool = {random.randrange(len(table))}
    edge = list(pool)
    while edge and len(pool) < POOL:
        group = edge.pop(random.randrange(len(edge)))
        for seat in table[group].tolist():
            for other in near[seat][:6]:
                place = int(where[other])
                if place not in pool and len(pool) < POOL:
                    pool.add(place)
                    edge.append(place)
    return sorted(pool)

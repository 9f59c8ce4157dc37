"""Triads as a set partition by HiGHS, where the extra `large` is installed: proven for some sixty people, close beyond.

A search gives a first partition, the program by columns a bound and the groups that matter; then the groups that could
still be part of a better answer are chosen from exactly.
"""

from functools import partial
from importlib.util import find_spec
from itertools import combinations
from random import Random

import numpy as np

from pairing.compatibility import Mask, Weights
from pairing.compiled import AVAILABLE as COMPILED
from pairing.grouping import Group, Grouping, ceiling, score
from pairing.objective import Objective
from pairing.time_limit import TimeLimit
from pairing.triad_columns import SCALE, Program, solved
from pairing.triad_pools import chosen, pooled
from pairing.triad_seats import seats

SIZE = 3
AVAILABLE = find_spec("scipy") is not None and COMPILED
MOST = 1_500  # people; beyond, each look at all triples takes seconds
ALL = 66  # seats up to which every triple is weighed, and the answer is proven
GREATEST = 10**7  # scores beyond are not exact enough in floating point
DYADS = {0: 0, 1: 2, 2: 1}  # by people modulo three
GAP = 0.002  # of the weight: how near the choice among the groups in play is brought beyond ALL
NODES = 50  # of its search
STALE = 100  # reseatings without gain before the search stops
TRIES = 2_000  # reseatings at most
ANYWAY = 12  # of them whatever the time limit


def partition(objective: Objective, random: Random, limit: TimeLimit) -> Grouping | None:
    """The best partition into triads (and the dyads of the remainder) in which nobody repeats a partner.

    None where none was found or where scores are too large. Groups that hold a pair with a penalty are left out; where
    everybody can be placed without them, none of them belongs to the best answer.
    """
    scores, allowed = seats(objective)
    n = len(objective)
    usable = allowed.copy()
    usable[:n, :n] &= scores[:n, :n] >= 0
    if not usable.any() or int(np.abs(scores[usable]).max()) > GREATEST:
        return None
    table = _searched(scores, usable, _any_order(len(scores), random), random, limit)
    if not _permitted(usable, table):
        every = partial(_chosen, scores, _all_groups(usable, None, 0), limit) if len(scores) <= ALL else None
        found = limit.run(every) if every else None
        if found is None:
            return None
        table = found
    better = limit.run(partial(_proven, scores, usable, table, random, limit))
    table, bound = better or (table, ceiling(objective))
    groups: list[Group] = [tuple(sorted(seat for seat in row if seat < n)) for row in table.tolist()]
    total = score(objective, SIZE, groups)
    return Grouping(groups=tuple(groups), alone=(), score=total, bound=max(total, bound))


def _proven(
    scores: Weights, usable: Mask, table: Weights, random: Random, limit: TimeLimit
) -> tuple[Weights, int]:
    """A partition no worse, and what none can exceed."""
    program = solved(scores, usable, table, limit)
    if _value(scores, table) < program.bound and not limit.passed():
        table = _improved(program, table, random, limit)
    return table, program.bound


def _improved(program: Program, table: Weights, random: Random, limit: TimeLimit) -> Weights:
    """A better partition from the groups that may be part of one; lowers the bound where all of them are known."""
    scores, usable = program.scores, program.usable
    floor = _value(scores, table)
    everything = len(scores) <= ALL
    found = _chosen(
        scores, program.groups, limit, {"mip_rel_gap": 0.0 if everything else GAP, "node_limit": NODES}
    )
    if found is not None and _value(scores, found) > floor:
        table, floor = found, _value(scores, found)
    if not everything:
        return pooled(program, table, random, limit)
    found = _chosen(scores, _all_groups(usable, program, floor), limit)
    if found is not None and _value(scores, found) > floor:
        table, floor = found, _value(scores, found)
    if not limit.passed():
        program.bound = floor
    return table


def _any_order(people: int, random: Random) -> Weights:
    return np.array(random.sample(range(people), people), dtype=np.int64).reshape(-1, 3)


def _value(scores: Weights, table: Weights) -> int:
    one, other, third = table.T
    return int((scores[one, other] + scores[one, third] + scores[other, third]).sum())


def _permitted(usable: Mask, table: Weights) -> bool:
    one, other, third = table.T
    return bool((usable[one, other] & usable[one, third] & usable[other, third]).all())


def _searched(scores: Weights, usable: Mask, table: Weights, random: Random, limit: TimeLimit) -> Weights:
    """One member out of each group, by lot, all put back where they add most, over and over."""
    from scipy.optimize import linear_sum_assignment

    lot = np.random.default_rng(random.getrandbits(64))
    gains = np.where(usable, scores, -2 * len(scores) * (int(np.abs(scores[usable]).max()) + 1))
    stale, best = 0, _value(gains, table)
    for turn in range(TRIES):
        if stale >= STALE or (turn >= ANYWAY and limit.passed()):
            break
        table = np.take_along_axis(table, np.argsort(lot.random(table.shape), axis=1), axis=1)
        out, one, other = table.T
        rows, columns = linear_sum_assignment(
            gains[np.ix_(out, one)] + gains[np.ix_(out, other)], maximize=True
        )
        seated = np.empty_like(out)
        seated[columns] = out[rows]
        table = np.stack([seated, one, other], axis=1)
        reached = _value(gains, table)
        stale, best = (0, reached) if reached > best else (stale + 1, best)
    return table


def _all_groups(usable: Mask, program: Program | None, floor: int) -> Weights:
    """Every group that may be part of a partition that scores more than `floor`."""
    triples = np.array(list(combinations(range(len(usable)), 3)), dtype=np.int64).reshape(-1, 3)
    one, other, third = triples.T
    good = usable[one, other] & usable[one, third] & usable[other, third]
    if program is not None:
        prices = program.prices
        worth = program.scores[one, other] + program.scores[one, third] + program.scores[other, third]
        lost = prices[one] + prices[other] + prices[third] - SCALE * worth
        good &= lost <= int(prices.sum()) - SCALE * (floor + 1)
    return triples[good]


def _chosen(
    scores: Weights, groups: Weights, limit: TimeLimit, options: dict[str, float] | None = None
) -> Weights | None:
    """The best partition out of some groups; None where there is none, or none was found in time."""
    if len(np.unique(groups)) < len(scores):
        return None
    left = limit.left()
    until: dict[str, float] = {} if left is None else {"time_limit": max(0.1, left)}
    return chosen(scores, groups, (options or {}) | until)

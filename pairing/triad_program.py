"""Triads solved exactly as a set partition by HiGHS, where the extra `large` is installed: some sixty
people."""

from importlib.util import find_spec
from itertools import combinations

import numpy as np

from pairing.compatibility import Mask, Weights
from pairing.grouping import Group, Grouping, score
from pairing.objective import Objective
from pairing.time_limit import TimeLimit

SIZE = 3
AVAILABLE = find_spec("scipy") is not None
MOST = 60  # people; beyond, the number of triples is too large for a plain program
GREATEST = 10**7  # scores beyond are not exact enough in floating point
DYADS = {0: 0, 1: 2, 2: 1}  # by people modulo three


def partition(objective: Objective, limit: TimeLimit) -> Grouping | None:
    """The best partition into triads (and the dyads of the remainder) in which nobody repeats a partner.

    None where there is none, where scores are too large, or when the limit passed before any was found.
    Groups that hold a pair with a penalty are left out; where everybody can be placed without them, none of
    them belongs to the best answer.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csc_array

    groups, values = _columns(objective)
    if not len(groups) or int(np.abs(values).max()) > GREATEST:
        return None
    n = len(objective)
    inside = groups >= 0
    rows = np.concatenate([groups[inside], np.full(int((~inside).sum()), n)])
    columns = np.concatenate([np.nonzero(inside)[0], np.nonzero(~inside)[0]])
    table = csc_array((np.ones(len(rows)), (rows, columns)), shape=(n + 1, len(groups)))
    target = np.append(np.ones(n), DYADS[n % 3])
    seconds = limit.left()
    options = {"mip_rel_gap": 0.0} | ({} if seconds is None else {"time_limit": max(0.1, seconds)})
    answer = milp(
        -values,
        constraints=LinearConstraint(table, target, target),
        integrality=np.ones(len(groups)),
        bounds=Bounds(0, 1),
        options=options,
    )
    if answer.x is None:
        return None
    chosen: list[Group] = [tuple(row[row >= 0].tolist()) for row in groups[answer.x > 0.5]]
    total = score(objective, SIZE, chosen)
    bound = int(np.floor(-answer.mip_dual_bound + 1e-4))
    return Grouping(groups=tuple(chosen), alone=(), score=total, bound=max(total, bound))


def _columns(objective: Objective) -> tuple[Weights, Weights]:
    """Every group that may be part of the answer, one a row (an empty seat is -1), with its score."""
    n = len(objective)
    usable: Mask = objective.allowed & (objective.scores >= 0)
    triples = np.array(list(combinations(range(n), 3)), dtype=np.int64).reshape(-1, 3)
    one, other, third = triples.T
    good = usable[one, other] & usable[one, third] & usable[other, third]
    triples = triples[good]
    one, other, third = triples.T
    scores = objective.scores
    values = scores[one, other] + scores[one, third] + scores[other, third]
    if not DYADS[n % 3]:
        return triples, values
    pairs = np.argwhere(np.triu(usable, 1))
    costs = objective.turn_costs[pairs].sum(axis=1)
    dyads = np.column_stack([pairs, np.full(len(pairs), -1)])
    return np.concatenate([triples, dyads]), np.concatenate(
        [values, scores[pairs[:, 0], pairs[:, 1]] - costs]
    )

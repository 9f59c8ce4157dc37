"""Seats of a round of triads: everybody's, and empty ones that stand in for the third members of dyads."""

import numpy as np

from pairing.compatibility import Mask, Weights
from pairing.objective import Objective

EMPTY = {0: 0, 1: 2, 2: 1}  # by people modulo three: 4 = 2 + 2, 5 = 3 + 2


def seats(objective: Objective) -> tuple[Weights, Mask]:
    """Scores and permissions with empty seats added behind the people, so that every group has three seats."""
    n = len(objective)
    empty = EMPTY[n % 3]
    scores = np.zeros((n + empty, n + empty), dtype=np.int64)
    scores[:n, :n] = objective.scores
    scores[n:, :n] = -objective.turn_costs
    scores[:n, n:] = -objective.turn_costs[:, None]
    allowed = np.ones_like(scores, dtype=np.bool_)
    allowed[:n, :n] = objective.allowed
    allowed[n:, n:] = False
    return scores, allowed

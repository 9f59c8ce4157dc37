"""What a round maximises, as one integer a pair: mutual requests, then few and old repeats, then weight.

Placing everybody comes before all of it and is the solvers' affair. Each unit is larger than everything
below it can add up to, so that comparing sums compares the terms in that order.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pairing.compatibility import FORBIDDEN, Mask, Weights
from pairing.meetings import Meetings
from pairing.policy import PolicyFault

ROOM = 2**61  # sums of scores stay exact in 64 bits, doubled once for half-integral prices


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """The scores of one round over n people; `scores` counts only where `allowed` holds."""

    weights: Weights  # n by n, FORBIDDEN where a hard rule stands between
    allowed: Mask
    scores: Weights  # n by n: weights less what repeats cost
    turn_costs: Weights  # n: what it costs to give a person the odd place again
    unit: int  # the smallest penalty; differences of score below it are differences of weight

    def __len__(self) -> int:
        return len(self.turn_costs)

    def of(self, group: Sequence[int], *, odd: bool) -> int:
        """The score of one group; `odd` says that it is the group of another size than the round's."""
        inside = sum(
            int(self.scores[one, other]) for at, one in enumerate(group) for other in group[at + 1 :]
        )
        return inside - (sum(int(self.turn_costs[member]) for member in group) if odd else 0)

    def weight(self, group: Sequence[int]) -> int:
        """The plain weight of one group."""
        return sum(int(self.weights[one, other]) for at, one in enumerate(group) for other in group[at + 1 :])

    def permits(self, group: Sequence[int]) -> bool:
        """Whether every two members of the group may meet."""
        return all(self.allowed[one, other] for at, one in enumerate(group) for other in group[at + 1 :])

    def part(self, members: Sequence[int]) -> "Objective":
        """The same round for some of the people, renumbered in the order given."""
        if list(members) == list(range(len(self))):
            return self
        chosen = np.ix_(members, members)
        return Objective(
            weights=self.weights[chosen],
            allowed=self.allowed[chosen],
            scores=self.scores[chosen],
            turn_costs=self.turn_costs[list(members)],
            unit=self.unit,
        )


def objective(
    weights: Weights,
    ids: Sequence[str],
    meetings: Meetings,
    *,
    number: int,
    odd_size: int = 3,
    min_gap: int = 0,
    mutual: Sequence[tuple[int, int]] = (),
) -> Objective:
    """The objective of round `number`. `odd_size` is the size of the groups that only the remainder forms.

    A repeat within `min_gap` rounds counts as worse than any number of later ones; among repeats, a meeting
    of rank r (1 the oldest) costs r², so that the freshest are avoided first. Raises PolicyFault when sums
    would not fit.
    """
    n = len(ids)
    met = _met(ids, meetings)
    turns = np.array([meetings.turns(id_, odd_size) for id_ in ids], dtype=np.int64)
    turns -= turns.min(initial=turns[0] if n else 0)
    for most_ranks in (10**6, 64, 16, 4, 1):
        scores, turn_costs, unit, top = _scored(weights, met, turns, number, min_gap, mutual, most_ranks)
        if top * (n + 2) < ROOM:
            allowed = weights != FORBIDDEN
            return Objective(
                weights=weights, allowed=allowed, scores=scores, turn_costs=turn_costs, unit=unit
            )
    raise PolicyFault(f"weights up to {int(weights.max())} among {n} people do not fit; use smaller weights")


def _met(ids: Sequence[str], meetings: Meetings) -> Weights:
    """One row a pair that has met: two positions and the latest round."""
    place = {id_: index for index, id_ in enumerate(ids)}
    rows = [
        (place[one], place[other], number)
        for one, other, number in meetings.pairs()
        if one in place and other in place
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, 3)


def _scored(
    weights: Weights,
    met: Weights,
    turns: Weights,
    number: int,
    min_gap: int,
    mutual: Sequence[tuple[int, int]],
    most_ranks: int,
) -> tuple[Weights, Weights, int, int]:
    """Scores, turn costs, the smallest unit, and the largest magnitude that a single pair can reach."""
    n = len(turns)
    scores = np.where(weights == FORBIDDEN, 0, weights)
    unit = int(scores.max(initial=0)) * n + 1
    turn_costs = turns * unit
    next_unit = unit * (int(turns.max(initial=0)) * n + 1)
    top = next_unit
    if len(met):
        rounds, ranks = np.unique(met[:, 2], return_inverse=True)
        ranks = 1 + ranks * min(most_ranks, len(rounds)) // len(rounds)
        worst = int(ranks.max()) ** 2
        one_repeat = next_unit * (worst * n + 1)
        too_soon = one_repeat * (n + 1)
        soon = number - met[:, 2] <= min_gap
        if top + one_repeat + too_soon * bool(soon.any()) < ROOM:
            costs = next_unit * ranks**2 + one_repeat + np.where(soon, too_soon if soon.any() else 0, 0)
            for row, column in ((met[:, 0], met[:, 1]), (met[:, 1], met[:, 0])):
                scores[row, column] -= costs
        top = one_repeat + (too_soon * 2 if soon.any() else one_repeat)
    wish = top * (n + 1)
    for one, other in mutual:
        scores[one, other] += wish
        scores[other, one] += wish
    return scores, turn_costs, unit, (wish * 2 if mutual else top)

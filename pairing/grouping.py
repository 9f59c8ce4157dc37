"""The answer of a solver for one round, and how two answers compare. Solves nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pairing.compatibility import Mask
from pairing.objective import Objective

Group = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Groups of positions.

    `bound` is a proven upper limit of `score` among answers that place as many people.
    """

    groups: tuple[Group, ...]
    alone: tuple[int, ...]  # people that no group could take
    score: int
    bound: int

    @property
    def exact(self) -> bool:
        """Whether nothing better exists."""
        return self.score >= self.bound

    def through(self, names: Sequence[int]) -> "Grouping":
        """The same answer with each position i called names[i]."""
        return Grouping(
            groups=tuple(tuple(names[member] for member in group) for group in self.groups),
            alone=tuple(names[member] for member in self.alone),
            score=self.score,
            bound=self.bound,
        )


def together(parts: Iterable[Grouping]) -> Grouping:
    """Independent answers as one."""
    parts = list(parts)
    return Grouping(
        groups=tuple(group for part in parts for group in part.groups),
        alone=tuple(member for part in parts for member in part.alone),
        score=sum(part.score for part in parts),
        bound=sum(part.bound for part in parts),
    )


def rank(objective: Objective, size: int, groups: Sequence[Group]) -> tuple[int, int, int]:
    """What an answer is compared by: people placed, groups of the size asked for, score."""
    placed = sum(len(group) for group in groups)
    regular = sum(len(group) == size for group in groups)
    return (
        placed,
        regular if size == 3 else -sum(len(group) == 3 for group in groups),
        score(objective, size, groups),
    )


def score(objective: Objective, size: int, groups: Iterable[Group]) -> int:
    """The score of an answer in a round of groups of `size`."""
    return sum(objective.of(group, odd=len(group) != size) for group in groups)


def ceiling(objective: Objective) -> int:
    """A bound that holds for any groups of two or three: each member's two best scores, half counted."""
    scores = objective.scores * objective.allowed
    if len(objective) < 3:
        return int(scores.max(initial=0))
    best = -(-scores).clip(max=0)
    best.partition(len(objective) - 2, axis=1)
    return int(best[:, -2:].sum()) // 2


def components(allowed: Mask) -> list[list[int]]:
    """The connected parts of a graph given as an adjacency matrix, each in ascending order."""
    left = np.ones(len(allowed), dtype=np.bool_)
    found = []
    while left.any():
        part = np.zeros(len(allowed), dtype=np.bool_)
        edge = np.array([left.argmax()])
        while len(edge):
            part[edge], left[edge] = True, False
            edge = np.flatnonzero(allowed[edge].any(axis=0) & left)
        found.append(np.flatnonzero(part).tolist())
    return found

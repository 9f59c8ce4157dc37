"""Heaviest matchings: chooses the method by size and keeps impossible pairs out.

Knows pairs and scores, no rules.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pairing.blossom import perfect_matching
from pairing.compatibility import Mask, Weights

SMALL = 60  # up to here a general library is instant
ROOM = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A heaviest matching with its proof: for every allowed pair prices[u] + prices[v] + (around both) >= 2
    score."""

    pairs: list[tuple[int, int]]
    total: int  # sum of the scores of all partners, impossible ones counted at their penalty
    prices: Weights  # twice a person's price
    around: int  # twice what the prices of blossoms add: total = (sum of prices + around) / 2


def heaviest_matching(scores: Weights, allowed: Mask) -> list[tuple[int, int]]:
    """As many disjoint allowed pairs as possible and, among those, the greatest sum of scores. Exact."""
    if len(allowed) > SMALL and fits(scores, allowed):
        return priced_matching(scores, allowed).pairs
    return _by_library(scores, allowed)


def fits(scores: Weights, allowed: Mask) -> bool:
    """Whether scores are small enough for sums in 64 bits."""
    return impossible(scores, allowed) * -4 * (len(allowed) + 2) < ROOM


def impossible(scores: Weights, allowed: Mask) -> int:
    """A score so low that no sum of allowed ones makes up for one such pair.

    In Python integers, of any size.
    """
    most = int(np.abs(np.where(allowed, scores, 0)).max(initial=0))
    return -(2 * most + 1) * (len(allowed) // 2 + 2)


def priced_matching(scores: Weights, allowed: Mask) -> Priced:
    """The heaviest matching by the dense method, with prices. With an odd number of people one is left over.

    The odd one's partner is an empty seat with a score of 0 for everybody, whose price comes last. `fits`
    must hold.
    """
    n = len(allowed)
    gains = np.zeros((n + n % 2, n + n % 2), dtype=np.int64)
    gains[:n, :n] = np.where(allowed, scores, impossible(scores, allowed))
    mate, prices, (total, around) = perfect_matching(gains)
    pairs = [
        (one, other) for one, other in enumerate(mate[:n].tolist()) if one < other < n and allowed[one, other]
    ]
    return Priced(pairs=pairs, total=int(total), prices=prices, around=int(around))


def _by_library(scores: Weights, allowed: Mask) -> list[tuple[int, int]]:
    """Edmonds's blossom method in rustworkx, with integers of 128 bits."""
    import rustworkx

    rows, columns = np.nonzero(np.triu(allowed, 1))
    graph: rustworkx.PyGraph[int, int] = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(len(allowed)))
    edges = zip(rows.tolist(), columns.tolist(), scores[rows, columns].tolist(), strict=True)
    graph.add_edges_from(list(edges))
    matched = rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
    return sorted((min(pair), max(pair)) for pair in matched)


def unmatched(n: int, groups: Iterable[Iterable[int]]) -> list[int]:
    """Those of 0..n-1 that no pair or group holds."""
    taken = {member for group in groups for member in group}
    return [member for member in range(n) if member not in taken]

"""Heaviest matchings: the one place that calls a matching library. Knows pairs and scores, no rules."""

from collections.abc import Iterable

import numpy as np

from pairing.compatibility import Mask, Weights


def heaviest_matching(scores: Weights, allowed: Mask) -> list[tuple[int, int]]:
    """As many disjoint allowed pairs as possible and, among those, the greatest sum of scores.

    Exact (Edmonds's blossom method in rustworkx, integers of 128 bits). Pairs in ascending order.
    """
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

"""Rounds of fresh pairs planned together: disjoint perfect matchings of what nobody has met yet.

Choosing the best round each time paints itself into a corner near the end; here several rounds are taken
apart and matched anew, by lot, until every one of them covers everybody. With all pairs fresh the circle
method does it at once.
"""

from random import Random

import numpy as np

from pairing.compatibility import Mask
from pairing.time_limit import TimeLimit

Pairs = list[tuple[int, int]]

TAKEN_APART = 3  # rounds re-matched together
PATIENCE = 60  # times the number of rounds: attempts before giving up


def completed(fresh: Mask, rounds: int, random: Random, limit: TimeLimit) -> list[Pairs] | None:
    """That many rounds of fresh pairs for an even number of people, no pair twice; None when none were
    found."""
    n = len(fresh)
    if n % 2 or rounds < 1 or int(fresh.sum(axis=1).min(initial=n)) < rounds:
        return None
    if int(fresh.sum()) == n * (n - 1):
        return circle(n)[:rounds]
    matchings: list[Pairs] = []
    unused = {(one, other) for one, other in np.argwhere(np.triu(fresh, 1)).tolist()}
    for _ in range(rounds):
        matchings.append(_matched(n, unused, random))
        unused -= set(matchings[-1])
    for _ in range(PATIENCE * rounds):
        short = [index for index, pairs in enumerate(matchings) if 2 * len(pairs) < n]
        if not short:
            return matchings
        if limit.passed():
            break
        _take_apart(matchings, unused, random.choice(short), n, random)
    return None


def circle(n: int) -> list[Pairs]:
    """The n - 1 rounds in which everybody of an even number meets everybody: one sits still, the others
    turn."""
    ring = n - 1
    return [
        [(turn, ring), *(((turn + step) % ring, (turn - step) % ring) for step in range(1, n // 2))]
        for turn in range(ring)
    ]


def _take_apart(
    matchings: list[Pairs], unused: set[tuple[int, int]], short: int, n: int, random: Random
) -> None:
    """Match one incomplete round and some others anew from their own and the unused pairs; keep it if no
    worse."""
    others = [index for index in range(len(matchings)) if index != short]
    chosen = [*random.sample(others, min(len(others), TAKEN_APART - 1)), short]
    before = sum(len(matchings[index]) for index in chosen)
    pool = unused.union(*(matchings[index] for index in chosen))
    renewed = []
    for _ in chosen:
        renewed.append(_matched(n, pool, random))
        pool -= set(renewed[-1])
    if sum(map(len, renewed)) >= before:
        for index, pairs in zip(chosen, renewed, strict=True):
            matchings[index] = pairs
        unused.clear()
        unused |= pool


def _matched(n: int, pairs: set[tuple[int, int]], random: Random) -> Pairs:
    """A largest matching among the pairs, one of many by lot; pairs of people with few pairs left come
    first."""
    import rustworkx

    left = np.zeros(n, dtype=np.int64)
    for one, other in pairs:
        left[one] += 1
        left[other] += 1
    most = int(left.max(initial=1))
    edges = [
        (one, other, int(random.randrange(1000) + 300 * (2 * most - left[one] - left[other])))
        for one, other in sorted(pairs)
    ]
    graph: rustworkx.PyGraph[int, int] = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(n))
    graph.add_edges_from(edges)
    matched = rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
    return sorted((min(pair), max(pair)) for pair in matched)

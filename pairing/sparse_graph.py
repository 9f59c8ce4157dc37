"""The pairs of a large cohort that a matching chooses from: a few for each person, kept by person."""

from typing import NamedTuple

import numpy as np

from pairing.profiles import Ints


class Graph(NamedTuple):
    """Each pair twice, once a direction: those of person u from at[u] to at[u + 1], ordered by partner."""

    at: Ints
    to: Ints
    weight: Ints


def graph(people: int, one: Ints, other: Ints, weights: Ints) -> Graph:
    """The graph of some pairs; a pair may be given several times, always with the same weight."""
    key = np.minimum(one, other).astype(np.int64) * people + np.maximum(one, other)
    key, chosen = np.unique(key, return_index=True)
    low, high, weights = key // people, key % people, weights[chosen]
    rows, to = np.concatenate([low, high]), np.concatenate([high, low])
    order = np.argsort(rows * people + to, kind="stable")
    at = np.zeros(people + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=people), out=at[1:])
    return Graph(
        at=at,
        to=to[order],
        weight=np.concatenate([weights, weights])[order].astype(np.int64),
    )


def pairs(g: Graph) -> tuple[Ints, Ints, Ints]:
    """Each pair once, the lower person first, with its weight."""
    rows = np.repeat(np.arange(len(g.at) - 1), np.diff(g.at))
    once = rows < g.to
    return rows[once], g.to[once], g.weight[once]

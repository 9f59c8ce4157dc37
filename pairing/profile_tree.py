"""The people of a large cohort in a tree of shared values, and who in it suits somebody best.

A branch whose best possible weight is no better than what was found already is passed over, so that the search
for everybody's best partners looks at a small part of all pairs and yet misses none.
"""

from typing import NamedTuple

import numpy as np

from pairing.compiled import kernel
from pairing.profile_weights import listed, wide_weight
from pairing.profiles import BAN, Columns, Ints

FEW = 3  # people that are looked at one by one rather than branched further
NOBODY = -1
SPREAD = 2654435761  # a multiplier that scatters numbers (Knuth, volume 3, section 6.4)


class Prices(NamedTuple):
    """What partners cost: worth it are those whose weight, counted `times` times, less the price is above the floor.

    Inside blossoms pairs cost the blossoms' own prices too.
    """

    times: Ints  # one number: how often a weight counts
    person: Ints
    least: Ints  # of each node of the tree
    floor: Ints  # of each person who looks for a partner
    around: Ints  # the nearest blossom with a price around a person or blossom, -1 for none
    above: Ints  # of a blossom: its own price and those of all around it


class Tree(NamedTuple):
    """Nodes over stretches of the people; a node's people agree in the first `depth` levels."""

    first: Ints
    last: Ints
    depth: Ints
    child: Ints  # the first of its children, which stand one after the other; 0 for a leaf
    children: Ints


def grown(c: Columns) -> Tree:
    """The tree of a cohort, parents before children."""
    n, levels = c.codes.shape
    first, last, depth, child, children = [0], [n], [0], [0], [0]
    node = 0
    while node < len(first):
        low, high = first[node], last[node]
        level = depth[node]
        if high - low > FEW:
            rows = c.codes[low:high]
            while level < levels and rows[0, level] == rows[-1, level]:
                level += 1
        depth[node] = level
        if high - low > FEW and level < levels:
            ends = [*(np.flatnonzero(np.diff(rows[:, level])) + low + 1).tolist(), high]
            child[node], children[node] = len(first), len(ends)
            first += [low, *ends[:-1]]
            last += ends
            depth += [level] * len(ends)
            child += [0] * len(ends)
            children += [0] * len(ends)
        node += 1
    return Tree(*(np.array(column, dtype=np.int64) for column in (first, last, depth, child, children)))


@kernel
def least_prices(tree: Tree, p: Prices) -> None:
    """The lowest price among the people of each node."""
    for node in range(len(tree.first) - 1, -1, -1):
        if tree.children[node]:
            start = tree.child[node]
            p.least[node] = p.least[start : start + tree.children[node]].min()
        else:
            p.least[node] = p.person[tree.first[node] : tree.last[node]].min()


@kernel
def best_partners(
    c: Columns, tree: Tree, p: Prices, low: int, high: int, found: Ints, value: Ints, signal: Ints
) -> None:
    """For people low..high: the partners worth most, above the floor, best first.

    `found` and `value` have a row a person; NOBODY where there are no more. Ties go to different partners for
    different people. Extra weights are not counted. `signal` counts people and ends the work early where its second
    number is set.
    """
    levels = c.codes.shape[1]
    nodes, sums = np.empty(len(tree.first) + 1, dtype=np.int64), np.empty(len(tree.first) + 1, dtype=np.int64)
    rest = np.zeros(levels + 1, dtype=np.int64)
    mine = np.full(len(p.around), NOBODY)  # whose blossom a node is: the person who looks
    for u in range(low, high):
        if signal[1]:
            break
        signal[0] += 1
        rest[levels] = c.wide_most[0]
        for level in range(levels - 1, -1, -1):
            rest[level] = rest[level + 1] + c.best[c.best_at[level] + c.codes[u, level]]
        around = p.around[u]
        while around != NOBODY:
            mine[around] = u
            around = p.around[around]
        found[u, :] = NOBODY
        value[u, :] = p.floor[u]
        waiting = 1
        nodes[0], sums[0] = 0, _added(c, u, tree.first[0], 0, tree.depth[0])
        while waiting:
            waiting -= 1
            node, total = nodes[waiting], sums[waiting]
            if p.times[0] * (total + rest[tree.depth[node]]) - p.least[node] <= value[u, -1]:
                continue
            if tree.children[node]:
                waiting = _branch(c, tree, p, u, node, total, rest, value[u, -1], nodes, sums, waiting)
            else:
                _look(c, tree, p, u, node, total, rest, mine, found, value)


@kernel
def _added(c: Columns, u: int, v: int, low: int, high: int) -> int:
    """What some levels add to the weight of a pair."""
    total = 0
    for level in range(low, high):
        total += c.table[c.at[level] + c.codes[u, level] * c.width[level] + c.codes[v, level]]
    return total


@kernel
def _branch(
    c: Columns,
    tree: Tree,
    p: Prices,
    u: int,
    node: int,
    total: int,
    rest: Ints,
    worst: int,
    nodes: Ints,
    sums: Ints,
    waiting: int,
) -> int:
    """Put the children worth a look on the stack, the most promising one on top."""
    count = tree.children[node]
    start = ((u * SPREAD) >> 7) % count
    top, best = waiting, BAN
    for step in range(count):
        child = tree.child[node] + (start + step) % count
        reached = total + _added(c, u, tree.first[child], tree.depth[node], tree.depth[child])
        hope = p.times[0] * (reached + rest[tree.depth[child]]) - p.least[child]
        if hope > worst:
            nodes[waiting], sums[waiting] = child, reached
            if hope >= best:
                top, best = waiting, hope
            waiting += 1
    if top < waiting:
        last = waiting - 1
        nodes[top], nodes[last] = nodes[last], nodes[top]
        sums[top], sums[last] = sums[last], sums[top]
    return waiting


@kernel
def _look(
    c: Columns,
    tree: Tree,
    p: Prices,
    u: int,
    node: int,
    total: int,
    rest: Ints,
    mine: Ints,
    found: Ints,
    value: Ints,
) -> None:
    """Look at the people of a leaf one by one."""
    low, count = tree.first[node], tree.last[node] - tree.first[node]
    depth, times = tree.depth[node], p.times[0]
    start = ((u * SPREAD) >> 7) % count
    for step in range(count):
        v = low + (start + step) % count
        if v == u or times * (total + rest[depth]) - p.person[v] <= value[u, -1]:
            continue
        weight = total + _added(c, u, v, depth, c.codes.shape[1])
        if len(c.wide_kind) and weight >= 0:
            weight += wide_weight(c, u, v)
        worth = times * weight - p.person[v]
        if weight < 0 or worth <= value[u, -1]:
            continue
        if listed(c.apart, c.apart_at[u], c.apart_at[u + 1], v) >= 0:
            continue
        around = p.around[v]
        while around != NOBODY and mine[around] != u:
            around = p.around[around]
        if around != NOBODY:
            worth -= p.above[around]
        _keep(u, v, worth, found, value)


@kernel
def _keep(u: int, v: int, worth: int, found: Ints, value: Ints) -> None:
    """Note a partner among the best, if it is one."""
    if worth <= value[u, -1]:
        return
    place = value.shape[1] - 1
    while place and value[u, place - 1] < worth:
        value[u, place], found[u, place] = value[u, place - 1], found[u, place - 1]
        place -= 1
    value[u, place], found[u, place] = worth, v

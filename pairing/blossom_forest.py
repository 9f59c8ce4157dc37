"""The nodes of a sparse matching's search: people and blossoms around them, who is partnered with whom through them.

Keeps the structure only; when nodes grow, shrink and open is decided in `pairing.sparse_blossom`. A top node's people
share a slot that says which node it is. A blossom takes over the slot of its largest child, so that a blossom that
grows ring by ring is not written out anew each time (the smaller part moves, as in weighted union).
"""

from typing import NamedTuple

import numpy as np

from pairing.compiled import kernel
from pairing.profiles import Ints

OUTSIDE, EVEN, ODD = 0, 1, 2
NOBODY = -1


class Forest(NamedTuple):
    """Nodes 0..n-1 are people, n.. are blossoms; "top" means in no other blossom."""

    y: Ints  # a person's price
    z: Ints  # a blossom's own price, by node
    mate: Ints  # a person's partner
    slot: Ints  # a person's slot
    holds: Ints  # a slot: the top node whose people have it
    slot_of: Ints  # a node: the slot of its people when it is on top
    size: Ints  # a node: how many people are in it
    parent: Ints  # the blossom directly around a node
    base: Ints  # a node's person whose partner lies outside of it
    label: Ints  # OUTSIDE, EVEN or ODD of a top node
    came_from: Ints  # the even person through which an odd top node was reached
    came_to: Ints  # and the person reached in it
    tree: Ints  # a labeled top node: the root of its tree
    cell: Ints  # a root: where the list of its tree's nodes begins
    seen: Ints  # a mark on nodes
    mark: Ints  # one number: the last mark used
    first: Ints  # a blossom's child that holds its base
    following: Ints  # a child's next round its blossom
    before: Ints  # and the one before
    edge_from: Ints  # the edge from a child to the next: its end in the child
    edge_to: Ints  # and its end in the next
    free: Ints  # numbers of blossoms that are not in use
    left: Ints  # one number: how many of them


def forest(y: Ints, mate: Ints) -> Forest:
    """A matching to be completed: `y` as the prices, partners joined by tight edges."""
    n = len(y)
    nodes = n + n // 2 + 1
    numbers = np.arange(nodes)
    return Forest(
        y=y.copy(),
        z=np.zeros(nodes, dtype=np.int64),
        mate=mate.copy(),
        slot=np.arange(n),
        holds=np.arange(n),
        slot_of=numbers.copy(),
        size=np.ones(nodes, dtype=np.int64),
        parent=np.full(nodes, NOBODY),
        base=numbers.copy(),
        label=np.zeros(nodes, dtype=np.int64),
        came_from=np.full(nodes, NOBODY),
        came_to=np.full(nodes, NOBODY),
        tree=np.full(nodes, NOBODY),
        cell=np.full(n, NOBODY),
        seen=np.zeros(nodes, dtype=np.int64),
        mark=np.zeros(1, dtype=np.int64),
        first=np.full(nodes, NOBODY),
        following=np.full(nodes, NOBODY),
        before=np.full(nodes, NOBODY),
        edge_from=np.full(nodes, NOBODY),
        edge_to=np.full(nodes, NOBODY),
        free=numbers[n:][::-1].copy(),
        left=np.array([nodes - n]),
    )


@kernel
def top(f: Forest, person: int) -> int:
    """A person's outermost node."""
    return int(f.holds[f.slot[person]])


@kernel
def people_of(f: Forest, node: int) -> list[int]:
    """The people in a node."""
    n = len(f.y)
    found = [node]
    found.pop()
    waiting = [node]
    while len(waiting):
        inner = waiting.pop()
        if inner < n:
            found.append(inner)
            continue
        child = f.first[inner]
        while True:
            waiting.append(child)
            child = f.following[child]
            if child == f.first[inner]:
                break
    return found


@kernel
def rebase(f: Forest, node: int, person: int) -> None:
    """Re-match inside a node so that `person` becomes its base, free for a partner outside."""
    waiting = [(node, person)]
    while len(waiting):
        node, person = waiting.pop()
        inner = person
        while f.base[node] != person:  # from the innermost blossom outwards: depths can be great
            blossom = f.parent[inner]
            if f.base[blossom] != person:
                child = f.following[inner]
                while child != inner:
                    u, v = f.edge_from[child], f.edge_to[child]
                    f.mate[u], f.mate[v] = v, u
                    waiting.append((child, u))
                    child = f.following[child]
                    waiting.append((child, v))
                    child = f.following[child]
                f.first[blossom], f.base[blossom] = inner, person
            inner = blossom


@kernel
def augment(f: Forest, u: int, v: int) -> None:
    """Give an even person another partner, or none, and change partners along the way to the root."""
    old = f.mate[f.base[top(f, u)]]
    rebase(f, top(f, u), u)
    f.mate[u] = v
    while old != NOBODY:
        odd = top(f, old)
        u, v = f.came_from[odd], f.came_to[odd]
        rebase(f, odd, v)
        old = f.mate[f.base[top(f, u)]]
        rebase(f, top(f, u), u)
        f.mate[u], f.mate[v] = v, u


@kernel
def link(f: Forest, child: int, following: int, u: int, v: int) -> None:
    f.following[child], f.before[following] = following, child
    f.edge_from[child], f.edge_to[child] = u, v


@kernel
def opened(f: Forest, blossom: int) -> list[int]:
    """Make the children of a blossom top nodes; returns them in order from the base's."""
    children = [blossom]
    children.pop()
    child = f.first[blossom]
    while True:
        children.append(child)
        f.parent[child] = NOBODY
        f.label[child] = OUTSIDE
        f.holds[f.slot_of[child]] = child
        if f.slot_of[child] != f.slot_of[blossom]:
            for v in people_of(f, child):
                f.slot[v] = f.slot_of[child]
        child = f.following[child]
        if child == f.first[blossom]:
            break
    f.first[blossom] = NOBODY
    f.label[blossom] = OUTSIDE
    f.z[blossom] = 0
    f.free[f.left[0]] = blossom
    f.left[0] += 1
    return children


@kernel
def priced(f: Forest, around: Ints, above: Ints) -> None:
    """Of each node: the nearest blossom around it that has a price; of blossoms: what they and all around them cost.

    A search nests thousands of blossoms, of which few have a price.
    """
    known = np.zeros(len(around), dtype=np.bool_)
    way = [0]
    for start in range(len(f.z)):
        way.clear()
        node = start if start < len(f.y) or f.first[start] != NOBODY else NOBODY
        while node != NOBODY and not known[node]:
            way.append(node)
            node = f.parent[node]
        if node != NOBODY and f.z[node] == 0:
            node = around[node]
        while len(way):
            inner = way.pop()
            around[inner], known[inner] = node, True
            if f.z[inner]:
                above[inner] = f.z[inner] + (0 if node == NOBODY else above[node])
                node = inner

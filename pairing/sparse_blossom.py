"""Heaviest matching of a sparse graph, with prices that prove it: trees from everybody left over grow side by side.

The same method as `pairing.blossom` for graphs too large for tables: what may happen next waits in a heap by the
moment it falls due, and trees stay small because all of them grow until they meet. Prices are kept as seen from the
start: an even person's true price is y - t, an odd one's y + t, with t the way that prices have moved so far.
Slack of a pair in different blossoms is y[u] + y[v] - 2 weight. Nobody's price falls below -loss: at that price
somebody may as well stay single. Weights and the first prices are even, so that all moments are whole numbers.

Longer than other modules because its kernels call each other and are compiled as one namespace.
"""

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np

from pairing.compiled import kernel
from pairing.profiles import Ints
from pairing.sparse_graph import Graph

OUTSIDE, EVEN, ODD = 0, 1, 2
NOBODY = -1
BLOSSOM = -1  # in a heap, instead of an edge: a blossom's price is used up
SINGLE = -2  # a person's price has come down to -loss


class Forest(NamedTuple):
    """Nodes 0..n-1 are people, n.. are blossoms; "top" means in no other blossom."""

    y: Ints  # a person's price
    z: Ints  # a blossom's own price, by node
    mate: Ints  # a person's partner
    top: Ints  # a person's outermost node
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
        top=np.arange(n),
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
def complete(g: Graph, f: Forest, loss: Ints, signal: Ints) -> None:
    """Grow trees from everybody who has no partner and is not single by choice, all at the same pace.

    A tree that meets another, or somebody alone, is gone once partners are changed along it. `signal` counts the
    trees that are left and ends the work early where its second number is set: prices stay valid.
    """
    n = len(f.y)
    heap = [(0, NOBODY, NOBODY)]
    heap.pop()
    cells = [(0, NOBODY)]  # node, and the next cell of the same tree
    for root in range(n):
        if f.mate[root] == NOBODY and f.y[root] > -loss[root]:
            signal[0] += 1
            _make_even(g, f, loss, heap, cells, f.top[root], root, 0)
    t = 0
    while len(heap) and signal[0] and not signal[1]:
        t, u, edge = heappop(heap)
        if edge == BLOSSOM:
            if f.label[u] == ODD and f.parent[u] == NOBODY and f.z[u] == 2 * t and f.first[u] != NOBODY:
                _expand_odd(g, f, loss, heap, cells, u, t)
            continue
        one = f.top[u]
        if f.label[one] != EVEN:
            continue
        if edge == SINGLE:
            if f.y[u] + loss[u] == t:
                tree = f.tree[one]
                _augment(f, u, NOBODY)
                _fell(g, f, heap, cells, tree, t)
                signal[0] -= 1
            continue
        v = g.to[edge]
        node = f.top[v]
        if node == one or f.label[node] == ODD:
            continue
        slack = f.y[u] + f.y[v] - 2 * g.weight[edge]
        if f.label[node] == OUTSIDE:
            if slack == t:
                _reach(g, f, loss, heap, cells, u, v, t, signal)
        elif slack == 2 * t:
            if f.tree[node] == f.tree[one]:
                _shrink(g, f, loss, heap, cells, u, v, t)
            else:
                tree, other = f.tree[one], f.tree[node]
                _augment(f, v, u)
                _augment(f, u, v)
                _fell(g, f, heap, cells, tree, t)
                _fell(g, f, heap, cells, other, t)
                signal[0] -= 2
    for root in range(n):
        if f.cell[root] != NOBODY:
            _settle(f, cells, root, t)


@kernel
def _reach(
    g: Graph,
    f: Forest,
    loss: Ints,
    heap: list[tuple[int, int, int]],
    cells: list[tuple[int, int]],
    u: int,
    v: int,
    t: int,
    signal: Ints,
) -> None:
    """A tree reaches somebody outside: their partner comes into it too, or they are alone and it is done."""
    node, tree = f.top[v], f.tree[f.top[u]]
    partner = f.mate[f.base[node]]
    if partner == NOBODY:
        _rebase(f, node, v)
        f.mate[v] = u
        _augment(f, u, v)
        _fell(g, f, heap, cells, tree, t)
        signal[0] -= 1
    else:
        f.came_from[node], f.came_to[node] = u, v
        _make_odd(f, heap, cells, node, tree, t)
        _make_even(g, f, loss, heap, cells, f.top[partner], tree, t)


@kernel
def _people(f: Forest, node: int) -> list[int]:
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
def _join(f: Forest, cells: list[tuple[int, int]], node: int, tree: int) -> None:
    cells.append((node, f.cell[tree]))
    f.cell[tree] = len(cells) - 1
    f.tree[node] = tree


@kernel
def _make_odd(
    f: Forest, heap: list[tuple[int, int, int]], cells: list[tuple[int, int]], node: int, tree: int, t: int
) -> None:
    """Label a top node odd: its people's prices rise, its own falls."""
    f.label[node] = ODD
    _join(f, cells, node, tree)
    for v in _people(f, node):
        f.y[v] -= t
    if node >= len(f.y):
        f.z[node] += 2 * t
        heappush(heap, (f.z[node] // 2, node, BLOSSOM))


@kernel
def _make_even(
    g: Graph,
    f: Forest,
    loss: Ints,
    heap: list[tuple[int, int, int]],
    cells: list[tuple[int, int]],
    node: int,
    tree: int,
    t: int,
) -> None:
    """Label a top node even, and note what its people come near to."""
    f.label[node] = EVEN
    _join(f, cells, node, tree)
    people = _people(f, node)
    for v in people:
        f.y[v] += t
    if node >= len(f.y):
        f.z[node] -= 2 * t
    for v in people:
        _scan(g, f, loss, heap, v)


@kernel
def _scan(g: Graph, f: Forest, loss: Ints, heap: list[tuple[int, int, int]], u: int) -> None:
    """Note when the tree will reach the neighbours of a new even person."""
    heappush(heap, (f.y[u] + loss[u], u, SINGLE))
    for edge in range(g.at[u], g.at[u + 1]):
        v = g.to[edge]
        node = f.top[v]
        if node == f.top[u]:
            continue
        slack = f.y[u] + f.y[v] - 2 * g.weight[edge]
        if f.label[node] == EVEN:
            heappush(heap, (slack // 2, u, edge))
        elif f.label[node] == OUTSIDE:
            heappush(heap, (slack, u, edge))


@kernel
def _look_back(g: Graph, f: Forest, heap: list[tuple[int, int, int]], v: int) -> None:
    """Note when a tree will reach somebody who has just left one."""
    for edge in range(g.at[v], g.at[v + 1]):
        u = g.to[edge]
        if f.label[f.top[u]] == EVEN:
            low, high = g.at[u], g.at[u + 1]
            while low < high:
                middle = (low + high) // 2
                if g.to[middle] < v:
                    low = middle + 1
                else:
                    high = middle
            heappush(heap, (f.y[u] + f.y[v] - 2 * g.weight[edge], u, low))


@kernel
def _above(f: Forest, node: int) -> int:
    """The next even node towards the root from an even one; NOBODY at the root."""
    mate = f.mate[f.base[node]]
    return NOBODY if mate == NOBODY else f.top[f.came_from[f.top[mate]]]


@kernel
def _meeting(f: Forest, one: int, other: int) -> int:
    """The node in which the ways from two even nodes to the root meet, both walked in turn."""
    f.mark[0] += 1
    mark = f.mark[0]
    while True:
        if one != NOBODY:
            if f.seen[one] == mark:
                return one
            f.seen[one] = mark
            one = _above(f, one)
        one, other = other, one


@kernel
def _link(f: Forest, child: int, following: int, u: int, v: int) -> None:
    f.following[child], f.before[following] = following, child
    f.edge_from[child], f.edge_to[child] = u, v


@kernel
def _shrink(
    g: Graph,
    f: Forest,
    loss: Ints,
    heap: list[tuple[int, int, int]],
    cells: list[tuple[int, int]],
    u: int,
    v: int,
    t: int,
) -> None:
    """Two even nodes of the tree touch: the ring that closes becomes one even blossom."""
    n = len(f.y)
    meeting = _meeting(f, f.top[u], f.top[v])
    f.left[0] -= 1
    blossom = f.free[f.left[0]]
    _link(f, f.top[u], f.top[v], u, v)
    node = f.top[u]
    while node != meeting:
        base, mate = f.base[node], f.mate[f.base[node]]
        odd = f.top[mate]
        _link(f, odd, node, mate, base)
        node = f.top[f.came_from[odd]]
        _link(f, node, odd, f.came_from[odd], f.came_to[odd])
    node = f.top[v]
    while node != meeting:
        base, mate = f.base[node], f.mate[f.base[node]]
        odd = f.top[mate]
        _link(f, node, odd, base, mate)
        node = f.top[f.came_from[odd]]
        _link(f, odd, node, f.came_to[odd], f.came_from[odd])
    f.first[blossom], f.base[blossom], f.parent[blossom] = meeting, f.base[meeting], NOBODY
    f.label[blossom] = EVEN
    f.z[blossom] = -2 * t
    _join(f, cells, blossom, f.tree[meeting])
    newly = [u]
    newly.pop()
    child = meeting
    while True:
        f.parent[child] = blossom
        odd = f.label[child] == ODD
        if child >= n:
            f.z[child] += -2 * t if odd else 2 * t
        for w in _people(f, child):
            f.top[w] = blossom
            if odd:
                f.y[w] += 2 * t
                newly.append(w)
        child = f.following[child]
        if child == meeting:
            break
    for w in newly:
        _scan(g, f, loss, heap, w)


@kernel
def _child_of(f: Forest, node: int, blossom: int) -> int:
    """The child of a blossom that holds a node."""
    while f.parent[node] != blossom:
        node = f.parent[node]
    return node


@kernel
def _rebase(f: Forest, node: int, person: int) -> None:
    """Re-match inside a node so that `person` becomes its base, free for a partner outside."""
    n = len(f.y)
    waiting = [(node, person)]
    while len(waiting):
        node, person = waiting.pop()
        if node < n:
            continue
        inner = _child_of(f, person, node)
        waiting.append((inner, person))
        child = f.following[inner]
        while child != inner:
            u, v = f.edge_from[child], f.edge_to[child]
            f.mate[u], f.mate[v] = v, u
            waiting.append((child, u))
            child = f.following[child]
            waiting.append((child, v))
            child = f.following[child]
        f.first[node], f.base[node] = inner, person


@kernel
def _augment(f: Forest, u: int, v: int) -> None:
    """Give an even person another partner, or none, and change partners along the way to the root."""
    old = f.mate[f.base[f.top[u]]]
    _rebase(f, f.top[u], u)
    f.mate[u] = v
    while old != NOBODY:
        odd = f.top[old]
        u, v = f.came_from[odd], f.came_to[odd]
        _rebase(f, odd, v)
        old = f.mate[f.base[f.top[u]]]
        _rebase(f, f.top[u], u)
        f.mate[u], f.mate[v] = v, u


@kernel
def _open(f: Forest, blossom: int) -> list[int]:
    """Make the children of a blossom top nodes; returns them in order from the base's."""
    children = [blossom]
    children.pop()
    child = f.first[blossom]
    while True:
        children.append(child)
        f.parent[child] = NOBODY
        f.label[child] = OUTSIDE
        for v in _people(f, child):
            f.top[v] = child
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
def _expand_odd(
    g: Graph,
    f: Forest,
    loss: Ints,
    heap: list[tuple[int, int, int]],
    cells: list[tuple[int, int]],
    blossom: int,
    t: int,
) -> None:
    """Open an odd blossom without a price: the children on the even way through it stay in the tree."""
    came_from, came_to, tree = f.came_from[blossom], f.came_to[blossom], f.tree[blossom]
    children = _open(f, blossom)
    for child in children:
        for v in _people(f, child):
            f.y[v] += t
    place = 0
    while children[place] != f.top[came_to]:
        place += 1
    step = 1 if place % 2 else -1
    count = len(children)
    node = children[place]
    f.came_from[node], f.came_to[node] = came_from, came_to
    _make_odd(f, heap, cells, node, tree, t)
    evens = [node]
    evens.pop()
    while place:
        even = children[(place + step) % count]
        place = (place + 2 * step) % count
        odd = children[place]
        if step == 1:
            f.came_from[odd], f.came_to[odd] = f.edge_from[even], f.edge_to[even]
        else:
            f.came_from[odd], f.came_to[odd] = f.edge_to[odd], f.edge_from[odd]
        _make_odd(f, heap, cells, odd, tree, t)
        f.label[even] = EVEN
        evens.append(even)
    for node in evens:
        _make_even(g, f, loss, heap, cells, node, tree, t)
    for child in children:
        if f.label[child] == OUTSIDE:
            for v in _people(f, child):
                _look_back(g, f, heap, v)


@kernel
def _fell(
    g: Graph, f: Forest, heap: list[tuple[int, int, int]], cells: list[tuple[int, int]], tree: int, t: int
) -> None:
    """Take a tree out of the forest; others may reach its people from now on."""
    for v in _settle(f, cells, tree, t):
        _look_back(g, f, heap, v)


@kernel
def _settle(f: Forest, cells: list[tuple[int, int]], tree: int, t: int) -> list[int]:
    """Write a tree's true prices down, take its labels off, and open even blossoms that have no price.

    Returns its people.
    """
    n = len(f.y)
    evens = [t]
    evens.pop()
    found = [t]
    found.pop()
    cell = f.cell[tree]
    f.cell[tree] = NOBODY
    while cell != NOBODY:
        node, cell = cells[cell]
        label = f.label[node]
        if label == OUTSIDE or f.tree[node] != tree or f.parent[node] != NOBODY:
            continue
        f.label[node] = OUTSIDE
        for v in _people(f, node):
            f.y[v] += -t if label == EVEN else t
            found.append(v)
        if node >= n:
            f.z[node] += 2 * t if label == EVEN else -2 * t
            if label == EVEN:
                evens.append(node)
    while len(evens):
        node = evens.pop()
        if node >= n and f.z[node] == 0:
            evens.extend(_open(f, node))
    return found


@kernel
def sizes(f: Forest, size: Ints, above: Ints) -> None:
    """How many people are in each node, and the prices of a blossom with all those around it."""
    for person in range(len(f.y)):
        node = person
        while node != NOBODY:
            size[node] += 1
            node = f.parent[node]
    for blossom in range(len(f.y), len(f.z)):
        node = blossom if f.first[blossom] != NOBODY else NOBODY
        while node != NOBODY:
            above[blossom] += f.z[node]
            node = f.parent[node]

"""Heaviest matching of a sparse graph, with prices that prove it: trees from everybody left over grow side by side.

The same method as `pairing.blossom` for graphs too large for tables: what may happen next waits in a heap by the
moment it falls due, and trees stay small because all of them grow until they meet. Prices are kept as seen from the
start: an even person's true price is y - t, an odd one's y + t, with t the way that prices have moved so far.
Slack of a pair in different blossoms is y[u] + y[v] - 2 weight. Nobody's price falls below -loss: at that price
somebody may as well stay single. Weights and the first prices are even, so that all moments are whole numbers.

Longer than other modules because these kernels call each other in a ring and are compiled as one namespace.
"""

from heapq import heappop, heappush

from pairing.blossom_forest import (
    EVEN,
    NOBODY,
    ODD,
    OUTSIDE,
    Forest,
    augment,
    link,
    opened,
    people_of,
    rebase,
    top,
)
from pairing.compiled import kernel
from pairing.profiles import Ints
from pairing.sparse_graph import Graph

BLOSSOM = -1  # in a heap, instead of an edge: a blossom's price is used up
SINGLE = -2  # a person's price has come down to -loss


@kernel
def complete(g: Graph, f: Forest, loss: Ints, furthest: int, signal: Ints) -> None:
    """Grow trees from everybody who has no partner and is not single by choice, all at the same pace.

    A tree that meets another, or somebody alone, is gone once partners are changed along it. No price moves by more
    than `furthest`; a tree that is left by then gives up whom it misses least. `signal` counts the trees that are left
    and ends the work early where its second number is set: prices stay valid.
    """
    n = len(f.y)
    heap = [(0, NOBODY, NOBODY)]
    heap.pop()
    cells = [(0, NOBODY)]  # node, and the next cell of the same tree
    for root in range(n):
        if f.mate[root] == NOBODY and f.y[root] > -loss[root]:
            signal[0] += 1
            _make_even(g, f, loss, heap, cells, top(f, root), root, 0)
    t = 0
    while len(heap) and signal[0] and not signal[1]:
        due, u, edge = heappop(heap)
        if due > furthest:
            t = furthest
            break
        t = due
        if edge == BLOSSOM:
            if f.label[u] == ODD and f.parent[u] == NOBODY and f.z[u] == 2 * t and f.first[u] != NOBODY:
                _expand_odd(g, f, loss, heap, cells, u, t)
            continue
        one = top(f, u)
        if f.label[one] != EVEN:
            continue
        if edge == SINGLE:
            if f.y[u] + loss[u] == t:
                tree = f.tree[one]
                augment(f, u, NOBODY)
                _fell(g, f, heap, cells, tree, t)
                signal[0] -= 1
            continue
        v = g.to[edge]
        node = top(f, v)
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
                augment(f, v, u)
                augment(f, u, v)
                _fell(g, f, heap, cells, tree, t)
                _fell(g, f, heap, cells, other, t)
                signal[0] -= 2
    for root in range(n):
        if f.cell[root] != NOBODY:
            augment(f, _least_missed(f, loss, cells, root), NOBODY)
            _settle(f, cells, root, t)


@kernel
def _least_missed(f: Forest, loss: Ints, cells: list[tuple[int, int]], tree: int) -> int:
    """Of those in a tree who could be left over instead of its root, the one whom that costs least."""
    best = tree
    cell = f.cell[tree]
    while cell != NOBODY:
        node, cell = cells[cell]
        if f.label[node] == EVEN and f.tree[node] == tree and f.parent[node] == NOBODY:
            for v in people_of(f, node):
                if (loss[v], f.y[v], v) < (loss[best], f.y[best], best):
                    best = v
    return best


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
    node, tree = top(f, v), f.tree[top(f, u)]
    partner = f.mate[f.base[node]]
    if partner == NOBODY:
        rebase(f, node, v)
        f.mate[v] = u
        augment(f, u, v)
        _fell(g, f, heap, cells, tree, t)
        signal[0] -= 1
    else:
        f.came_from[node], f.came_to[node] = u, v
        _make_odd(f, heap, cells, node, tree, t)
        _make_even(g, f, loss, heap, cells, top(f, partner), tree, t)


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
    for v in people_of(f, node):
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
    people = people_of(f, node)
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
        node = top(f, v)
        if node == top(f, u):
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
        if f.label[top(f, u)] == EVEN:
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
    return NOBODY if mate == NOBODY else top(f, f.came_from[top(f, mate)])


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
    meeting = _meeting(f, top(f, u), top(f, v))
    f.left[0] -= 1
    blossom = f.free[f.left[0]]
    link(f, top(f, u), top(f, v), u, v)
    node = top(f, u)
    while node != meeting:
        base, mate = f.base[node], f.mate[f.base[node]]
        odd = top(f, mate)
        link(f, odd, node, mate, base)
        node = top(f, f.came_from[odd])
        link(f, node, odd, f.came_from[odd], f.came_to[odd])
    node = top(f, v)
    while node != meeting:
        base, mate = f.base[node], f.mate[f.base[node]]
        odd = top(f, mate)
        link(f, node, odd, base, mate)
        node = top(f, f.came_from[odd])
        link(f, odd, node, f.came_to[odd], f.came_from[odd])
    f.first[blossom], f.base[blossom], f.parent[blossom] = meeting, f.base[meeting], NOBODY
    f.label[blossom] = EVEN
    f.z[blossom] = -2 * t
    _join(f, cells, blossom, f.tree[meeting])
    largest = meeting  # of the even ones: their people go on as they are
    child = f.following[meeting]
    while child != meeting:
        if f.label[child] == EVEN and f.size[child] > f.size[largest]:
            largest = child
        child = f.following[child]
    f.slot_of[blossom] = f.slot_of[largest]
    f.holds[f.slot_of[blossom]] = blossom
    f.size[blossom] = 0
    newly = [u]
    newly.pop()
    while True:
        f.parent[child] = blossom
        f.size[blossom] += f.size[child]
        odd = f.label[child] == ODD
        if child >= n:
            f.z[child] += -2 * t if odd else 2 * t
        if child != largest:
            for w in people_of(f, child):
                f.slot[w] = f.slot_of[blossom]
                if odd:
                    f.y[w] += 2 * t
                    newly.append(w)
        child = f.following[child]
        if child == meeting:
            break
    for w in newly:
        _scan(g, f, loss, heap, w)


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
    children = opened(f, blossom)
    for child in children:
        for v in people_of(f, child):
            f.y[v] += t
    place = 0
    while children[place] != top(f, came_to):
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
            for v in people_of(f, child):
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
        for v in people_of(f, node):
            f.y[v] += -t if label == EVEN else t
            found.append(v)
        if node >= n:
            f.z[node] += 2 * t if label == EVEN else -2 * t
            if label == EVEN:
                evens.append(node)
    while len(evens):
        node = evens.pop()
        if node >= n and f.z[node] == 0:
            evens.extend(opened(f, node))
    return found

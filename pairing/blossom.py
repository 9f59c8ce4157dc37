"""Heaviest perfect matching of a dense graph in O(n³), with prices that prove it.

Edmonds's primal-dual blossom method: one alternating tree a stage, every vertex and blossom of it even or
odd, prices moved until a useful edge is tight; started from the half-integral solution. Kept dense as Galil
describes (ACM Computing Surveys 18, 1986): each vertex outside the tree knows its nearest even vertex, each
even blossom its nearest vertex in every direction. Slack of an edge (u, v) in different blossoms is y[u] +
y[v] - 2 w[u, v]; a blossom's own price z counts inside it only. The distance from an even u to v is y[u] +
t - 2 w[u, v] with t the way that prices have moved in this stage: it stays the same until the stage ends.

Longer than other modules because its kernels call each other and are compiled as one namespace.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pairing.compiled import AVAILABLE, kernel, machine_code
from pairing.half_integral import half_integral

Ints = NDArray[np.int64]
Small = NDArray[np.int32]

OUTSIDE, EVEN, ODD = 0, 1, 2
NOBODY = -1
FAR = 2**62
PLAIN = 600  # people; beyond, compiling pays


class Forest(NamedTuple):
    """The state of a search. Nodes 0..n-1 are people, n.. are blossoms; "top" means in no other blossom."""

    weights: Ints  # n by n
    moved: Ints  # one number: how far prices have moved in this stage
    y: Ints  # a person's price
    z: Ints  # a blossom's own price, by blossom - n
    drift: Ints  # -1 for a person in an even top node, 1 in an odd one, 0 outside: how their price moves
    swell: Ints  # 1 for an even top blossom, -1 for an odd one, 0 otherwise
    mate: Ints  # a person's partner
    top: Ints  # a person's outermost node
    parent: Ints  # the blossom directly around a node
    base: Ints  # a node's person whose partner lies outside of it
    label: Ints  # OUTSIDE, EVEN or ODD of a top node
    came_from: Ints  # the even person through which an odd top node was reached
    came_to: Ints  # and the person reached in it
    nearest: Ints  # for a person not in an even node: the even person at the least distance ...
    distance: Ints  # and that distance
    best_from: Ints  # for an even top node: the edge of least slack to another even node ...
    best_to: Ints
    best_slack: Ints  # and its slack with 2 t added; FAR for all other nodes
    reach: Small  # blossom - n by person: the blossom's person nearest to that person
    reach_distance: Ints  # and the distance
    length: Ints  # how many children a blossom has; 0 when the number is free
    child: Small  # blossom - n by place: the children round the blossom, the base's first
    edge_from: Small  # blossom - n by place: the edge from a child to the next, its end in that child
    edge_to: Small  # and its end in the next child
    seen: Ints  # a mark on nodes


def perfect_matching(weights: Ints) -> tuple[Ints, Ints, Ints]:
    """The heaviest perfect matching of a complete graph on an even number of people.

    `weights` is symmetric; its entries times four times n must fit 62 bits. Returns partners, prices y with
    y[u] + y[v] + (prices of blossoms around both) >= 2 w[u, v], and [total weight of the matching, twice the sum that
    the prices of blossoms add]: matching = ½ Σ y + ½ blossoms, which no matching can exceed.
    """
    n = len(weights)
    if n % 2:
        raise ValueError("a perfect matching needs an even number of people")
    if not n:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.zeros(2, dtype=np.int64)
    forest = _fresh(np.ascontiguousarray(weights, dtype=np.int64))
    solve = machine_code(__name__)["_solve"] if n > PLAIN and AVAILABLE else _solve
    solve(forest)
    mate = forest.mate.astype(np.int64)
    total = int(weights[np.arange(n), mate].sum()) // 2
    return mate, forest.y, np.array([total, 2 * total - int(forest.y.sum())])


def _fresh(weights: Ints) -> Forest:
    n = len(weights)
    rows = n // 2 + 1
    nodes = n + rows
    y, mate = half_integral(weights)
    return Forest(
        weights=weights,
        moved=np.zeros(1, dtype=np.int64),
        y=y,
        z=np.zeros(rows, dtype=np.int64),
        drift=np.zeros(n, dtype=np.int64),
        swell=np.zeros(rows, dtype=np.int64),
        mate=mate,
        top=np.arange(n),
        parent=np.full(nodes, NOBODY),
        base=np.concatenate([np.arange(n), np.full(rows, NOBODY)]),
        label=np.zeros(nodes, dtype=np.int64),
        came_from=np.full(nodes, NOBODY),
        came_to=np.full(nodes, NOBODY),
        nearest=np.full(n, NOBODY),
        distance=np.full(n, FAR),
        best_from=np.full(nodes, NOBODY),
        best_to=np.full(nodes, NOBODY),
        best_slack=np.full(nodes, FAR),
        reach=np.full((rows, n), NOBODY, dtype=np.int32),
        reach_distance=np.full((rows, n), FAR),
        length=np.zeros(rows, dtype=np.int64),
        child=np.full((rows, n + 1), NOBODY, dtype=np.int32),
        edge_from=np.full((rows, n + 1), NOBODY, dtype=np.int32),
        edge_to=np.full((rows, n + 1), NOBODY, dtype=np.int32),
        seen=np.zeros(nodes, dtype=np.int64),
    )


@kernel
def _solve(f: Forest) -> None:
    """Grow one tree for each person left over by the half-integral start."""
    n = len(f.y)
    for root in range(n):
        if f.mate[root] == NOBODY:
            _stage(f, root)


@kernel
def _stage(f: Forest, root: int) -> None:
    """Grow the tree of one unmatched person until it reaches another, and match along the way between
    them."""
    f.label[:] = OUTSIDE
    f.drift[:] = 0
    f.swell[:] = 0
    f.moved[0] = 0
    f.distance[:] = FAR
    f.best_slack[:] = FAR
    _make_even(f, f.top[root])
    while True:
        kind, one, other = _next_event(f)
        if kind == EVEN:
            _shrink(f, one, other)
        elif kind == ODD:
            _expand_odd(f, one)
        elif f.mate[f.base[f.top[other]]] == NOBODY:
            _augment(f, one, other)
            break
        else:
            node = f.top[other]
            f.came_from[node], f.came_to[node] = one, other
            _make_odd(f, node)
            _make_even(f, f.top[f.mate[f.base[node]]])
    for row in range(len(f.z)):
        if f.length[row] and f.swell[row] == 1 and f.z[row] == 0:
            _dissolve(f, len(f.y) + row)


@kernel
def _next_event(f: Forest) -> tuple[int, int, int]:
    """Move prices until something is possible: reach a person, shrink two nodes to one, or open a blossom."""
    outside = np.where(f.drift == 0, f.distance + f.y, FAR)
    person = int(outside.argmin())
    node = int(f.best_slack.argmin())
    priced = np.where(f.swell == -1, f.z, FAR)
    row = int(priced.argmin())
    to_person = outside[person] - f.moved[0]
    to_shrink = f.best_slack[node] // 2 - f.moved[0]
    step = min(to_person, to_shrink, priced[row] // 2)
    if step > 0:
        f.moved[0] += step
        f.y[:] += step * f.drift
        f.z[:] += 2 * step * f.swell
    if step == to_person:
        return OUTSIDE, f.nearest[person], person
    if step == to_shrink:
        return EVEN, f.best_from[node], f.best_to[node]
    return ODD, len(f.y) + row, NOBODY


@kernel
def _make_odd(f: Forest, node: int) -> None:
    """Label a top node odd: its people's prices rise."""
    n = len(f.y)
    f.label[node] = ODD
    if node < n:
        f.drift[node] = 1
    else:
        f.swell[node - n] = -1
        f.drift[:] = np.where(f.top == node, 1, f.drift)


@kernel
def _make_even(f: Forest, node: int) -> None:
    """Label a top node even, and let everybody know that its people are near."""
    n = len(f.y)
    f.label[node] = EVEN
    if node < n:
        f.drift[node] = -1
        _announce(f, node)
    else:
        f.swell[node - n] = 1
        f.reach_distance[node - n, :] = FAR
        f.drift[:] = np.where(f.top == node, -1, f.drift)
        for u in np.flatnonzero(f.top == node):
            _announce(f, int(u))
            _reach_further(f, node - n, int(u))
    _find_best(f, node)


@kernel
def _announce(f: Forest, u: int) -> None:
    """Tell those outside the even nodes of a new even person."""
    distance = f.y[u] + f.moved[0] - 2 * f.weights[u]
    better = (distance < f.distance) & (f.drift != -1)
    f.distance[:] = np.where(better, distance, f.distance)
    f.nearest[:] = np.where(better, u, f.nearest)


@kernel
def _reach_further(f: Forest, row: int, u: int) -> None:
    """Let a blossom know how near one of its people is to everybody."""
    distance = f.y[u] + f.moved[0] - 2 * f.weights[u]
    better = distance < f.reach_distance[row]
    f.reach_distance[row, :] = np.where(better, distance, f.reach_distance[row])
    f.reach[row, :] = np.where(better, u, f.reach[row])


@kernel
def _find_best(f: Forest, node: int) -> None:
    """The edge of least slack from an even top node to another."""
    n = len(f.y)
    alone = node < n
    distance = f.y[node] + f.moved[0] - 2 * f.weights[node] if alone else f.reach_distance[node - n]
    slack = np.where((f.drift == -1) & (f.top != node), distance + f.y + f.moved[0], FAR)
    v = int(slack.argmin())
    f.best_slack[node] = slack[v]
    f.best_from[node] = node if alone else f.reach[node - n, v]
    f.best_to[node] = v


@kernel
def _above(f: Forest, node: int) -> int:
    """The next even node towards the root from an even one; NOBODY at the root."""
    mate = f.mate[f.base[node]]
    return NOBODY if mate == NOBODY else f.top[f.came_from[f.top[mate]]]


@kernel
def _meeting(f: Forest, one: int, other: int) -> int:
    """The node in which the ways from two even nodes to the root meet."""
    f.seen[:] = 0
    node = one
    while node != NOBODY:
        f.seen[node] = 1
        node = _above(f, node)
    node = other
    while not f.seen[node]:
        node = _above(f, node)
    return node


@kernel
def _shrink(f: Forest, u: int, v: int) -> None:
    """Two even nodes of the tree touch: the ring that closes becomes one even blossom."""
    n = len(f.y)
    first, last = f.top[u], f.top[v]
    meeting = _meeting(f, first, last)
    row = 0
    while f.length[row]:
        row += 1
    _close_ring(f, row, meeting, u, v)
    blossom = n + row
    for place in range(f.length[row]):
        f.parent[f.child[row, place]] = blossom
    f.parent[blossom] = NOBODY
    f.base[blossom] = f.base[meeting]
    f.z[row] = 0
    _gather(f, blossom)


@kernel
def _close_ring(f: Forest, row: int, meeting: int, u: int, v: int) -> None:
    """Write down the children in order: the meeting, down to u's node, over to v's, and up again."""
    count = 0
    node = f.top[u]
    while node != meeting:  # upwards, to be reversed
        mate = f.mate[f.base[node]]
        odd = f.top[mate]
        f.child[row, count], f.edge_from[row, count], f.edge_to[row, count] = node, mate, f.base[node]
        f.child[row, count + 1] = odd
        f.edge_from[row, count + 1], f.edge_to[row, count + 1] = f.came_from[odd], f.came_to[odd]
        count += 2
        node = f.top[f.came_from[odd]]
    f.child[row, count] = meeting
    for place in range((count + 1) // 2):
        mirror = count - place
        f.child[row, place], f.child[row, mirror] = f.child[row, mirror], f.child[row, place]
    for place in range(count // 2):
        mirror = count - 1 - place
        f.edge_from[row, place], f.edge_from[row, mirror] = f.edge_from[row, mirror], f.edge_from[row, place]
        f.edge_to[row, place], f.edge_to[row, mirror] = f.edge_to[row, mirror], f.edge_to[row, place]
    f.edge_from[row, count], f.edge_to[row, count] = u, v
    count += 1
    node = f.top[v]
    while node != meeting:
        mate = f.mate[f.base[node]]
        odd = f.top[mate]
        f.child[row, count], f.edge_from[row, count], f.edge_to[row, count] = node, f.base[node], mate
        f.child[row, count + 1] = odd
        f.edge_from[row, count + 1], f.edge_to[row, count + 1] = f.came_to[odd], f.came_from[odd]
        count += 2
        node = f.top[f.came_from[odd]]
    f.length[row] = count


@kernel
def _gather(f: Forest, blossom: int) -> None:
    """Make the people of a new blossom its own, the odd ones among them even, and compute what it reaches."""
    n = len(f.y)
    row = blossom - n
    f.label[blossom] = EVEN
    f.swell[row] = 1
    f.reach_distance[row, :] = FAR
    f.seen[:] = 0
    for place in range(f.length[row]):
        node = f.child[row, place]
        f.seen[node] = 1
        f.best_slack[node] = FAR
        if node >= n:
            f.swell[node - n] = 0
            if f.label[node] == EVEN:
                _take_over(f, row, node - n)
        elif f.label[node] == EVEN:
            _reach_further(f, row, node)
    inside = f.seen[f.top] == 1
    new = inside & (f.drift == 1)
    f.top[:] = np.where(inside, blossom, f.top)
    f.drift[:] = np.where(inside, -1, f.drift)
    for u in np.flatnonzero(new):
        _announce(f, int(u))
        _reach_further(f, row, int(u))
    _find_best(f, blossom)


@kernel
def _take_over(f: Forest, row: int, child_row: int) -> None:
    """Let a new blossom reach what a child of it reached."""
    better = f.reach_distance[child_row] < f.reach_distance[row]
    f.reach_distance[row, :] = np.where(better, f.reach_distance[child_row], f.reach_distance[row])
    f.reach[row, :] = np.where(better, f.reach[child_row], f.reach[row])


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
    nodes, people = [node], [person]
    while len(nodes):
        node, person = nodes.pop(), people.pop()
        if node < n:
            continue
        row = node - n
        count = f.length[row]
        inner = _child_of(f, person, node)
        place = 0
        while f.child[row, place] != inner:
            place += 1
        nodes.append(inner)
        people.append(person)
        for offset in range(1, count, 2):  # the others are paired along the ring from there on
            here, following = (place + offset) % count, (place + offset + 1) % count
            u, v = f.edge_from[row, here], f.edge_to[row, here]
            f.mate[u], f.mate[v] = v, u
            nodes.append(f.child[row, here])
            people.append(u)
            nodes.append(f.child[row, following])
            people.append(v)
        _turn(f, row, place)
        f.base[node] = person


@kernel
def _turn(f: Forest, row: int, place: int) -> None:
    """Turn a ring so that it begins with the child at `place`."""
    count = f.length[row]
    order = (np.arange(count) + place) % count
    f.child[row, :count] = f.child[row, :count][order]
    f.edge_from[row, :count] = f.edge_from[row, :count][order]
    f.edge_to[row, :count] = f.edge_to[row, :count][order]


@kernel
def _augment(f: Forest, u: int, v: int) -> None:
    """Match along the way from an unmatched node, over the edge (u, v), to the root."""
    _rebase(f, f.top[v], v)
    while True:
        node = f.top[u]
        old = f.mate[f.base[node]]
        _rebase(f, node, u)
        f.mate[u], f.mate[v] = v, u
        if old == NOBODY:
            break
        odd = f.top[old]
        u, v = f.came_from[odd], f.came_to[odd]
        _rebase(f, odd, v)


@kernel
def _dissolve(f: Forest, blossom: int) -> None:
    """Open an even blossom without a price, and those in it, after a stage."""
    n = len(f.y)
    waiting = [blossom]
    while len(waiting):
        node = waiting.pop()
        row = node - n
        for place in range(f.length[row]):
            inner = f.child[row, place]
            f.parent[inner] = NOBODY
            if inner >= n and f.z[inner - n] == 0:
                waiting.append(inner)
        f.length[row] = 0
    _find_tops(f)


@kernel
def _find_tops(f: Forest) -> None:
    for v in range(len(f.y)):
        node = v
        while f.parent[node] != NOBODY:
            node = f.parent[node]
        f.top[v] = node


@kernel
def _expand_odd(f: Forest, blossom: int) -> None:
    """Open an odd blossom without a price: the children on the even way through it stay in the tree."""
    n = len(f.y)
    row = blossom - n
    count = f.length[row]
    entry = _child_of(f, f.came_to[blossom], blossom)
    for place in range(count):
        inner = f.child[row, place]
        f.parent[inner] = NOBODY
        f.label[inner] = OUTSIDE
    f.length[row] = 0
    f.label[blossom] = OUTSIDE
    f.swell[row] = 0
    f.drift[:] = np.where(f.top == blossom, 0, f.drift)
    _find_tops(f)
    place = 0
    while f.child[row, place] != entry:
        place += 1
    forward = place % 2 == 1
    f.came_from[entry], f.came_to[entry] = f.came_from[blossom], f.came_to[blossom]
    _make_odd(f, entry)
    while place:
        even = (place + 1) % count if forward else place - 1
        place = (place + 2) % count if forward else place - 2
        odd = f.child[row, place]
        if forward:
            before = (place - 1) % count
            f.came_from[odd], f.came_to[odd] = f.edge_from[row, before], f.edge_to[row, before]
        else:
            f.came_from[odd], f.came_to[odd] = f.edge_to[row, place], f.edge_from[row, place]
        _make_odd(f, odd)
        _make_even(f, f.child[row, even])

"""Everybody assigned somebody in a sparse graph: the half-integral relaxation of matching, as a start.

Prices come from an auction whose bids get finer (Bertsekas, Annals of Operations Research 14, 1988), the rest from
shortest augmenting paths (Jonker and Volgenant 1987). Whoever finds nobody worth it stays single, at a loss.
"""

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np

from pairing.compiled import kernel
from pairing.profiles import Ints
from pairing.sparse_graph import Graph

NOBODY = -1
FAR = 2**62
SCALE = 4  # the finest bid is a fraction of a unit of weight
FINER = 5  # by how much bids get finer each time
BIDS = 60  # times n: how long people may outbid each other at one step


class Assignment(NamedTuple):
    """Prices with u[i] + v[j] >= weight(i, j) and u[i] + v[i] >= -loss[i], tight where i is assigned j."""

    u: Ints
    v: Ints
    column: Ints  # of a row; itself for whoever stays single
    row: Ints  # of a column
    distance: Ints  # room for searches
    via: Ints


def assignment(people: int) -> Assignment:
    """Nobody assigned anybody yet."""
    return Assignment(
        u=np.zeros(people, dtype=np.int64),
        v=np.zeros(people, dtype=np.int64),
        column=np.full(people, NOBODY, dtype=np.int64),
        row=np.full(people, NOBODY, dtype=np.int64),
        distance=np.full(people, FAR, dtype=np.int64),
        via=np.full(people, NOBODY, dtype=np.int64),
    )


@kernel
def auction(g: Graph, a: Assignment, loss: Ints, signal: Ints) -> None:
    """Good prices v. `signal` ends the work early where its second number is set."""
    n = len(a.v)
    price = a.v * SCALE
    step = max(1, g.weight.max() * SCALE // 2) if len(g.weight) else 1
    waiting = np.empty(n + 1, dtype=np.int64)
    while True:
        a.column[:] = NOBODY
        a.row[:] = NOBODY
        waiting[:n] = np.arange(n)
        head, tail, left = 0, n, BIDS * n
        while head != tail and left and not signal[1]:
            left -= 1
            i = waiting[head]
            head = head + 1 if head < n else 0
            first, best, second = i, -loss[i] * SCALE - price[i], -FAR
            for edge in range(g.at[i], g.at[i + 1]):
                net = g.weight[edge] * SCALE - price[g.to[edge]]
                if net > best:
                    first, best, second = g.to[edge], net, best
                elif net > second:
                    second = net
            price[first] += step + (best - second if second > -FAR else 0)
            before = a.row[first]
            a.row[first], a.column[i] = i, first
            if before != NOBODY:
                a.column[before] = NOBODY
                waiting[tail] = before
                tail = tail + 1 if tail < n else 0
        if step == 1 or signal[1]:
            break
        step = max(1, step // FINER)
    a.v[:] = price // SCALE


@kernel
def take_best(g: Graph, a: Assignment, loss: Ints) -> None:
    """Row prices that fit the column prices, and rows assigned their best column where nobody has it yet."""
    a.column[:] = NOBODY
    a.row[:] = NOBODY
    for i in range(len(a.u)):
        a.u[i] = -loss[i] - a.v[i]
        for edge in range(g.at[i], g.at[i + 1]):
            a.u[i] = max(a.u[i], g.weight[edge] - a.v[g.to[edge]])
    for i in range(len(a.u)):  # two who are each other's best come first: they are a pair at once
        if a.column[i] == NOBODY:
            for edge in range(g.at[i], g.at[i + 1]):
                j = g.to[edge]
                tight = a.u[i] + a.v[j] == g.weight[edge] and a.u[j] + a.v[i] == g.weight[edge]
                if tight and a.row[j] == NOBODY and a.column[j] == NOBODY and a.row[i] == NOBODY:
                    a.column[i], a.row[j], a.column[j], a.row[i] = j, i, i, j
                    break
    for i in range(len(a.u)):
        if a.column[i] == NOBODY:
            if a.u[i] + a.v[i] == -loss[i] and a.row[i] == NOBODY:
                a.column[i], a.row[i] = i, i
            for edge in range(g.at[i], g.at[i + 1]):
                j = g.to[edge]
                if a.column[i] == NOBODY and a.u[i] + a.v[j] == g.weight[edge] and a.row[j] == NOBODY:
                    a.column[i], a.row[j] = j, i


@kernel
def assign(g: Graph, a: Assignment, loss: Ints, signal: Ints) -> None:
    """Assign the rows that have no column, each along the shortest path of slack.

    `signal` counts rows and ends the work early where its second number is set.
    """
    for source in range(len(a.u)):
        signal[0] += 1
        if a.column[source] == NOBODY and not signal[1]:
            _augment(g, a, loss, source)


@kernel
def _augment(g: Graph, a: Assignment, loss: Ints, source: int) -> None:
    heap = [(0, NOBODY)]
    heap.pop()
    reached = [source]  # columns whose distance is known
    reached.pop()
    settled = [source]
    settled.pop()
    i, least = source, 0
    while True:
        base = least + a.u[i]
        loop = base + a.v[i] + loss[i]
        if loop < a.distance[i]:
            if a.distance[i] == FAR:
                reached.append(i)
            a.distance[i], a.via[i] = loop, i
            heappush(heap, (loop, i))
        for edge in range(g.at[i], g.at[i + 1]):
            j = g.to[edge]
            through = base + a.v[j] - g.weight[edge]
            if through < a.distance[j]:
                if a.distance[j] == FAR:
                    reached.append(j)
                a.distance[j], a.via[j] = through, i
                heappush(heap, (through, j))
        least, nearest = heappop(heap)
        while least > a.distance[nearest]:
            least, nearest = heappop(heap)
        if a.row[nearest] == NOBODY:
            break
        settled.append(nearest)
        i = a.row[nearest]
    a.u[source] -= least
    for j in settled:
        a.v[j] += least - a.distance[j]
        a.u[a.row[j]] -= least - a.distance[j]
    j = nearest
    while True:
        i = a.via[j]
        a.row[j] = i
        a.column[i], j = j, a.column[i]
        if i == source:
            break
    for j in reached:
        a.distance[j] = FAR


@kernel
def partners(a: Assignment, mate: Ints) -> None:
    """Rings of assignments cut into pairs, leaving one person out of each odd ring. Chains are left alone."""
    n = len(mate)
    seen = np.zeros(n, dtype=np.bool_)
    mate[:] = NOBODY
    for start in range(n):
        person = start if a.row[start] == NOBODY else NOBODY
        while person != NOBODY:
            seen[person] = True
            person = a.column[person]
    for start in range(n):
        before = NOBODY
        person = start
        while not seen[person]:
            seen[person] = True
            if before == NOBODY:
                before = person
            else:
                mate[before], mate[person] = person, before
                before = NOBODY
            person = a.column[person]

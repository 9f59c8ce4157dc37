"""Weights of pairs from the columns of a large cohort: one by one, many at once, or one person with everybody."""

import numpy as np

from pairing.compiled import AVAILABLE, kernel, machine_code
from pairing.profiles import BAN, NEVER_SHARING, OVERLAPPING, SHARING, Columns, Ints, Small

PLAIN = 600  # people; beyond, compiling pays


@kernel
def listed(to: Small, first: int, last: int, person: int) -> int:
    """Where somebody stands in a stretch of partners, -1 if nowhere."""
    low, high = first, last
    while low < high:
        middle = (low + high) // 2
        if to[middle] < person:
            low = middle + 1
        else:
            high = middle
    return low if low < last and to[low] == person else -1


@kernel
def wide_weight(c: Columns, u: int, v: int) -> int:
    """What the wide rules add to a pair; negative where one forbids it."""
    n = len(c.apart_at) - 1
    total = 0
    for rule in range(len(c.wide_kind)):
        a, a_end = c.held_at[rule * n + u], c.held_at[rule * n + u + 1]
        b, b_end = c.held_at[rule * n + v], c.held_at[rule * n + v + 1]
        fewest = min(a_end - a, b_end - b)
        if fewest == 0:
            continue
        common = 0
        while a < a_end and b < b_end:
            if c.held[a] == c.held[b]:
                common += 1
                a += 1
                b += 1
            elif c.held[a] < c.held[b]:
                a += 1
            else:
                b += 1
        kind = c.wide_kind[rule]
        if kind == OVERLAPPING:
            total += (2 * c.wide_weight[rule] * common + fewest) // (2 * fewest)
        elif (common > 0) == (kind in (SHARING, NEVER_SHARING)):
            total += BAN if kind >= NEVER_SHARING else c.wide_weight[rule]
    return total


@kernel
def wide_weights(c: Columns, u: int, weights: Ints) -> None:
    """What the wide rules add to each pair of one person, into `weights`."""
    for v in range(len(weights)):
        weights[v] = wide_weight(c, u, v)


@kernel
def pair_weight(c: Columns, u: int, v: int) -> int:
    """The weight of a pair, extra weights included; negative where it may not be."""
    if u == v or listed(c.apart, c.apart_at[u], c.apart_at[u + 1], v) >= 0:
        return BAN
    total = wide_weight(c, u, v)
    for level in range(c.codes.shape[1]):
        total += c.table[c.at[level] + c.codes[u, level] * c.width[level] + c.codes[v, level]]
    found = listed(c.asked, c.asked_at[u], c.asked_at[u + 1], v)
    if found >= 0:
        total += c.asked_weight[found]
    return total


@kernel
def pair_weights(c: Columns, one: Ints, other: Ints, weights: Ints) -> None:
    """The weights of many pairs, into `weights`."""
    for row in range(len(one)):
        weights[row] = pair_weight(c, one[row], other[row])


def weights_of(c: Columns, pairs: Ints) -> Ints:
    """The weights of pairs, one a row."""
    weights = np.empty(len(pairs), dtype=np.int64)
    one, other = np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])
    weigh = machine_code(__name__)["pair_weights"] if len(pairs) > PLAIN and AVAILABLE else pair_weights
    weigh(c, one, other, weights)
    return weights


def plain_weights(c: Columns, one: Ints, other: Ints) -> Ints:
    """The weights of pairs without compiled code; slow only where wide rules are looked at pair by pair."""
    n = len(c.apart_at) - 1
    total = np.zeros(len(one), dtype=np.int64)
    for level in range(c.codes.shape[1]):
        first, second = c.codes[one, level].astype(np.int64), c.codes[other, level]
        total += c.table[c.at[level] + first * c.width[level] + second]
    if len(c.wide_kind):
        total += np.array([wide_weight(c, u, v) for u, v in zip(one.tolist(), other.tolist(), strict=True)])
    found, where = _among(one * n + other, c.asked_at, c.asked)
    total[found] += c.asked_weight[where]
    total[_among(one * n + other, c.apart_at, c.apart)[0]] = BAN
    total[one == other] = BAN
    return total


def _among(keys: Ints, at: Ints, to: Small) -> tuple[Ints, Ints]:
    """Which of some pairs are in a list by person, and where there."""
    known = np.repeat(np.arange(len(at) - 1), np.diff(at)) * (len(at) - 1) + to
    where = np.searchsorted(known, keys)
    rows = np.flatnonzero(where < len(known))
    rows = rows[known[where[rows]] == keys[rows]]
    return rows, where[rows]


def row_weights(c: Columns, u: int) -> Ints:
    """The weights of one person with everybody; negative where a rule stands between."""
    n = len(c.apart_at) - 1
    total = np.zeros(n, dtype=np.int64)
    for level in range(c.codes.shape[1]):
        start = c.at[level] + c.codes[u, level] * c.width[level]
        total += c.table[start : start + c.width[level]][c.codes[:, level]]
    if len(c.wide_kind):
        wide = np.zeros(n, dtype=np.int64)
        (machine_code(__name__)["wide_weights"] if n > PLAIN and AVAILABLE else wide_weights)(c, u, wide)
        total += wide
    asked = slice(c.asked_at[u], c.asked_at[u + 1])
    total[c.asked[asked]] += c.asked_weight[asked]
    total[c.apart[c.apart_at[u] : c.apart_at[u + 1]]] = BAN
    total[u] = BAN
    return total

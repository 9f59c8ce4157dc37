"""Dyads at once, for when the time is up before the best were found: everybody placed whom a plain look can place."""

import numpy as np

from pairing.compatibility import Mask, Weights
from pairing.grouping import Group
from pairing.matching import unmatched
from pairing.objective import Objective

LEAST = -(2**62)
LARGEST = 3


def greedy(scores: Weights, allowed: Mask) -> list[tuple[int, int]]:
    """Disjoint pairs: one after the other takes whoever suits best of those left, people with little choice first."""
    free = np.ones(len(scores), dtype=np.bool_)
    choice = allowed.sum(axis=1)
    most = np.where(allowed, scores, LEAST).max(axis=1, initial=LEAST)
    pairs: list[tuple[int, int]] = []
    for one in np.lexsort((-most, choice)).tolist():
        if not free[one]:
            continue
        free[one] = False
        row = np.where(allowed[one] & free, scores[one], LEAST)
        other = int(row.argmax())
        if row[other] > LEAST:
            free[other] = False
            pairs.append((min(one, other), max(one, other)))
    return pairs


def with_left_over(objective: Objective, pairs: list[tuple[int, int]]) -> list[Group]:
    """The pairs, some with a third: whoever is left over joins where the rules permit it and it costs least.

    Two pairs are re-formed where that seats two left over.
    """
    groups: list[Group] = list(pairs)
    over = unmatched(len(objective), groups)
    while len(over) > 1 and (found := _reformed(objective, groups, over)):
        old, (one, other) = found
        groups.remove(old)
        groups += [one, other]
        over = unmatched(len(objective), groups)
    for person in over:
        hosts = [group for group in groups if len(group) < LARGEST and objective.permits((*group, person))]
        if hosts:
            host = max(hosts, key=lambda group: (objective.of((*group, person), odd=True), group))
            groups[groups.index(host)] = tuple(sorted((*host, person)))
    return groups


def _reformed(
    objective: Objective, groups: list[Group], over: list[int]
) -> tuple[Group, tuple[Group, Group]] | None:
    """A pair whose two can each take one of those left over instead."""
    allowed = objective.allowed
    free = np.array(over)
    for group in groups:
        one, other = group[0], group[1]
        for first, second in ((one, other), (other, one)):
            mine, theirs = free[allowed[first, free]], free[allowed[second, free]]
            for person in mine.tolist():
                rest = theirs[theirs != person]
                if len(rest):
                    return group, (
                        (min(first, person), max(first, person)),
                        (min(second, int(rest[0])), max(second, int(rest[0]))),
                    )
    return None

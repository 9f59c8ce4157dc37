"""One round of triads; the remainder forms one or two dyads. Exact for small pools, searched for larger ones.

Empty seats stand in for the third members of dyads, so that every group has three seats. The search takes
one member out of each group and reseats all of them at their best, over and over; then small pools are
solved exactly.
"""

from collections.abc import Sequence
from random import Random

import numpy as np

from pairing import triad_program
from pairing.compatibility import Weights
from pairing.dyads import dyads
from pairing.exhaustive import MOST, best_of_all
from pairing.grouping import Group, Grouping, ceiling, components, rank, score, together
from pairing.objective import Objective
from pairing.prices import assignment
from pairing.time_limit import TimeLimit
from pairing.triad_seats import seats

SIZE = 3
STALE = 80  # reseatings without gain before the search stops
ANYWAY = 3  # reseatings whatever the time limit
POOL = 9  # people in a pool that is solved exactly


def triads(objective: Objective, random: Random, limit: TimeLimit) -> Grouping:
    """A good round of triads with its bound, each connected part of the permitted pairs by itself."""
    return together(
        _connected(objective.part(members), random, limit).through(members)
        for members in components(objective.allowed)
    )


def _connected(objective: Objective, random: Random, limit: TimeLimit) -> Grouping:
    if len(objective) <= MOST:
        return best_of_all(objective, SIZE)
    if triad_program.AVAILABLE and len(objective) <= triad_program.MOST:
        found = triad_program.partition(objective, random, limit)
        if found is not None:
            return found
    groups = _permitted(objective, _searched(objective, random, limit))
    if sum(map(len, groups)) < len(objective):
        paired = list(dyads(objective, limit).groups)
        if sum(map(len, paired)) > sum(map(len, groups)):
            groups = paired
    groups = _polished(objective, groups, random, limit)
    total = score(objective, SIZE, groups)
    placed = {member for group in groups for member in group}
    alone = tuple(member for member in range(len(objective)) if member not in placed)
    return Grouping(groups=tuple(groups), alone=alone, score=total, bound=max(total, ceiling(objective)))


def _searched(objective: Objective, random: Random, limit: TimeLimit) -> Weights:
    """One row a group, three seats each; forbidden pairs may remain where no way round them was found."""
    scores, allowed = seats(objective)
    forbidden = -2 * int(np.abs(scores).max(initial=0)) - 1
    gains = np.where(allowed, scores, forbidden)
    order = list(range(len(gains)))
    random.shuffle(order)
    table = np.array(order, dtype=np.int64).reshape(-1, 3)
    stale, turns, best = 0, 0, _total(gains, table)
    while stale < STALE and (turns < ANYWAY or not limit.passed()):
        turns += 1
        table = _reseated(gains, table, random)
        reached = _total(gains, table)
        stale, best = (0, reached) if reached > best else (stale + 1, best)
    return table


def _total(gains: Weights, table: Weights) -> int:
    first, second, third = table.T
    return int((gains[first, second] + gains[first, third] + gains[second, third]).sum())


def _reseated(gains: Weights, table: Weights, random: Random) -> Weights:
    """One member out of each group, chosen by lot, all put back where they add most."""
    table = np.array([random.sample(row, 3) for row in table.tolist()], dtype=np.int64)
    out, one, other = table.T
    columns, _, _ = assignment(gains[np.ix_(out, one)] + gains[np.ix_(out, other)])
    seated = np.empty_like(out)
    seated[columns] = out
    return np.stack([seated, one, other], axis=1)


def _permitted(objective: Objective, table: Weights) -> list[Group]:
    """The groups without their empty seats; of a group that the rules forbid, its best permitted pair."""
    groups: list[Group] = []
    for row in table.tolist():
        group = tuple(sorted(seat for seat in row if seat < len(objective)))
        pairs = [group[:2], group[1:], (group[0], group[-1])]
        choices = [group] if objective.permits(group) else [pair for pair in pairs if objective.permits(pair)]
        if len(group) > 1 and choices:
            groups.append(max(choices, key=lambda choice: objective.of(choice, odd=False)))
    return groups


def _polished(objective: Objective, groups: list[Group], random: Random, limit: TimeLimit) -> list[Group]:
    """Solve small pools of neighbouring groups exactly: those with somebody left over first, then some by
    lot."""
    wanted = len(objective) // 3 - (len(objective) % 3 == 1)
    for _ in range(4 * len(objective)):
        placed = {member for group in groups for member in group}
        alone = [member for member in range(len(objective)) if member not in placed]
        misfits = [group for group in groups if len(group) != SIZE]
        if limit.passed() or (not alone and sum(len(group) == SIZE for group in groups) >= wanted):
            break
        pool = _pool(objective, groups, alone or list(random.choice(misfits)), random)
        kept = [group for group in groups if not pool & set(group)]
        members = sorted(pool)
        solved = best_of_all(objective.part(members), SIZE).through(members)
        candidate = [*kept, *solved.groups]
        if rank(objective, SIZE, candidate) >= rank(objective, SIZE, groups):
            groups = candidate
    return groups


def _pool(objective: Objective, groups: Sequence[Group], troubled: Sequence[int], random: Random) -> set[int]:
    """One troubled person with some whole groups, those that hold a permitted partner first."""
    person = random.choice(list(troubled))
    own = next((group for group in groups if person in group), (person,))
    pool = set(own)
    others = [group for group in groups if person not in group]
    random.shuffle(others)
    others.sort(key=lambda group: not any(objective.allowed[person, member] for member in group))
    for group in others:
        if len(pool) + len(group) > POOL:
            break
        pool |= set(group)
    return pool

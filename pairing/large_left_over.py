"""The few whom the matching of a large cohort leaves over: former partners again, or the third of a dyad."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pairing.compiled import kernel
from pairing.matching import heaviest_matching
from pairing.profile_weights import pair_weight, row_weights
from pairing.profiles import Columns, Ints
from pairing.workers import OutOfTime, Workers

NOBODY = -1
REACH = 100  # of the people left over that each is compared with
TOGETHER = 1_500  # people left over up to which former partners are paired at their best

Group = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """A matching with people left over, by position in the columns."""

    c: Columns  # former partners are out of the question
    rules: Columns  # the same without them: what the hard rules alone permit
    mate: Ints
    turns: Ints  # how often each has been in a triad: the fewest come first
    former: Mapping[frozenset[int], int]  # pairs that have met, with their latest round


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Everybody's group."""

    groups: list[Group]
    alone: list[int]
    repeats: int  # pairs of `groups` that have met


@kernel
def pair_up(c: Columns, over: Ints, mate: Ints) -> None:
    """Give those left over the best of the next few who are left over too: what a matching cut short leaves to do."""
    for at in range(len(over)):
        u = over[at]
        if mate[u] != NOBODY:
            continue
        best, most = NOBODY, -1
        for other in range(at + 1, min(len(over), at + REACH)):
            v = over[other]
            if mate[v] == NOBODY:
                weight = pair_weight(c, u, v)
                if weight > most:
                    best, most = v, weight
        if best != NOBODY:
            mate[u], mate[best] = best, u


def place_left_over(seats: Seats, workers: Workers) -> Placed:
    """Groups of all whom the rules let be placed: dyads, and triads for those who find nobody of their own."""
    single = np.flatnonzero(seats.mate == NOBODY)
    mate = _paired_up(seats, single, workers) if len(single) > 1 else seats.mate
    over = np.flatnonzero(mate == NOBODY).tolist()
    again = _former_partners(seats, over)
    reunited = {member for pair in again for member in pair}
    dyads = [(u, v) for u, v in enumerate(mate.tolist()) if v > u]
    thirds, alone = _thirds(seats, [*dyads, *again], [u for u in over if u not in reunited])
    groups: list[Group] = [thirds.get(pair, pair) for pair in (*dyads, *again)]
    repeats = sum(
        frozenset((group[a], group[b])) in seats.former
        for group in (*again, *thirds.values())
        for a in range(len(group))
        for b in range(a)
    )
    return Placed(groups=groups, alone=alone, repeats=repeats)


def _paired_up(seats: Seats, single: Ints, workers: Workers) -> Ints:
    """The matching with those left over paired among themselves, where that is done in time."""
    mate = seats.mate.copy()
    try:
        workers.run("pairing.large_left_over", "pair_up", seats.c, single, mate, signal=False)
    except OutOfTime:
        return seats.mate
    return mate


def _former_partners(seats: Seats, over: list[int]) -> list[tuple[int, int]]:
    """As many pairs of former partners as can be among those left over, the oldest meetings first."""
    left = set(over)
    met = {pair: number for pair, number in seats.former.items() if pair <= left}
    allowed_pairs = {pair: number for pair, number in met.items() if _permitted(seats, *sorted(pair))}
    people = sorted(set().union(*allowed_pairs))[:TOGETHER]
    place = {person: at for at, person in enumerate(people)}
    scores = np.zeros((len(people), len(people)), dtype=np.int64)
    allowed = np.zeros((len(people), len(people)), dtype=np.bool_)
    latest = max(allowed_pairs.values(), default=0)
    for pair, number in allowed_pairs.items():
        one, other = sorted(pair)
        if one in place and other in place:
            for row, column in ((place[one], place[other]), (place[other], place[one])):
                scores[row, column], allowed[row, column] = latest - number, True
    return [(people[one], people[other]) for one, other in heaviest_matching(scores, allowed)]


def _permitted(seats: Seats, one: int, other: int) -> bool:
    return bool(row_weights(seats.rules, one)[other] >= 0)


def _thirds(
    seats: Seats, dyads: list[tuple[int, int]], over: list[int]
) -> tuple[dict[tuple[int, int], Group], list[int]]:
    """Dyad -> triad for those that take somebody in, and those whom no dyad may take."""
    pairs = np.array(dyads, dtype=np.int64).reshape(-1, 2)
    free = np.ones(len(pairs), dtype=np.bool_)
    found: dict[tuple[int, int], Group] = {}
    alone = []
    for person in sorted(over, key=lambda u: (seats.turns[u], u)):
        for c in (seats.c, seats.rules):
            row = row_weights(c, person)
            gains = row[pairs]
            fits = np.flatnonzero(free & (gains >= 0).all(axis=1))
            if len(fits):
                turns = seats.turns[pairs[fits]].sum(axis=1)
                best = int(fits[np.lexsort((-gains[fits].sum(axis=1), turns))[0]])
                free[best] = False
                found[dyads[best]] = tuple(sorted((*dyads[best], person)))
                break
        else:
            alone.append(person)
    return found, alone

"""All rounds at once where groups are of two sizes: dyads with one triad, triads with one or two dyads.

Nobody meets anybody twice in them. Which people stand where is not decided here.
"""

from functools import cache
from itertools import combinations
from random import Random

from pairing.kirkman import kirkman
from pairing.small_designs import SMALL

Rounds = tuple[tuple[tuple[int, ...], ...], ...]

TRIPLES_TRIED = 4_000
STEPS = 2_000  # of the search for pairs, for each triple


@cache
def design(n: int, size: int) -> Rounds | None:
    """As many rounds for people 0..n-1 as are known here, groups of `size` but for the remainder; None for none."""
    if (size, n) in SMALL:
        return SMALL[size, n]
    if size == 2:
        return _one_triad(n) if n % 2 and n >= 11 else None
    if n % 3 == 0:
        return kirkman(n)
    return _without_one(n) if n % 3 == 2 else _without_two(n)


def _without_one(n: int) -> Rounds | None:
    """The rounds of n + 1 people when one of them stays away: everywhere one dyad is left."""
    whole = kirkman(n + 1)
    return whole and tuple(
        tuple(tuple(person for person in group if person < n) for group in groups) for groups in whole
    )


def _without_two(n: int) -> Rounds | None:
    """The rounds of n + 2 people when two of them stay away, but for a round in which these two would meet."""
    whole = kirkman(n + 2)
    if whole is None:
        return None
    absent = _strangers(whole, n + 2)
    seats = {person: at for at, person in enumerate(one for one in range(n + 2) if one not in absent)}
    return tuple(
        tuple(tuple(sorted(seats[person] for person in group if person in seats)) for group in groups)
        for groups in whole
        if not any(set(absent) <= set(group) for group in groups)
    )


def _strangers(rounds: Rounds, n: int) -> tuple[int, int]:
    """Two people who never meet in those rounds; the first two where everybody meets everybody."""
    met = {pair for groups in rounds for group in groups for pair in combinations(sorted(group), 2)}
    return next((pair for pair in combinations(range(n), 2) if pair not in met), (0, 1))


def _one_triad(n: int) -> Rounds | None:
    """n - 4 rounds of dyads and one triad: a starter turned around a ring, with four people beside it.

    On the ring every distance between two people occurs once, in the triad or in one dyad; the four who sit beside it
    never meet one another.
    """
    ring = n - 4
    random = Random(n)
    for _ in range(TRIPLES_TRIED):
        triple = (0, random.randrange(1, ring), random.randrange(1, ring))
        apart = {_distance(one, other, ring) for one, other in combinations(triple, 2)}
        if len(apart) < 3 or 0 in apart:
            continue
        pairs = _pairs_at(sorted(set(range(1, ring // 2 + 1)) - apart, reverse=True), triple, ring, random)
        if pairs is not None:
            return tuple(_turned(triple, pairs, ring, by) for by in range(ring))
    return None


def _distance(one: int, other: int, ring: int) -> int:
    return min((one - other) % ring, (other - one) % ring)


def _pairs_at(
    distances: list[int], triple: tuple[int, ...], ring: int, random: Random
) -> list[tuple[int, int]] | None:
    """Disjoint pairs on the ring, one at each distance; None when none were found in good time."""
    free = set(range(ring)) - set(triple)
    pairs: list[tuple[int, int]] = []
    steps = 0

    def filled() -> bool:
        nonlocal steps
        if len(pairs) == len(distances):
            return True
        distance = distances[len(pairs)]
        starts = [one for one in sorted(free) if (one + distance) % ring in free]
        random.shuffle(starts)
        for one in starts:
            steps += 1
            pair = (one, (one + distance) % ring)
            free.difference_update(pair)
            pairs.append(pair)
            if filled():
                return True
            free.update(pairs.pop())
            if steps > STEPS:
                return False
        return False

    return pairs if filled() else None


def _turned(
    triple: tuple[int, ...], pairs: list[tuple[int, int]], ring: int, by: int
) -> tuple[tuple[int, ...], ...]:
    """The starter turned by some steps; who is left on the ring meets those beside it."""
    taken = {*triple, *(person for pair in pairs for person in pair)}
    left = [person for person in range(ring) if person not in taken]
    turned = [tuple(sorted((person + by) % ring for person in group)) for group in (triple, *pairs)]
    beside = [((person + by) % ring, ring + at) for at, person in enumerate(left)]
    return (*turned, *beside)

"""Rounds of triads in which everybody meets everybody once: Kirkman's schoolgirls, for as many sizes as are
needed.

For n = 3 (mod 6) these are Kirkman triple systems (Ray-Chaudhuri and Wilson, Combinatorics, 1971), for n = 0 (mod 6)
nearly Kirkman ones, in which each person misses one other (Baker and Wilson, Utilitas Mathematica 11,
1977). Which people stand where, and what it is worth, is not decided here.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import combinations

from pairing.fields import Field, field
from pairing.pasting import pasted
from pairing.starters import STARTERS

Triple = tuple[int, int, int]
Rounds = tuple[tuple[Triple, ...], ...]


@cache
def kirkman(n: int) -> Rounds | None:
    """All rounds for people 0..n-1, or None where no construction is known here."""
    if n % 6 == 0:
        return _nearly(n)
    if n % 6 != 3:
        return None
    for construction in (_smallest, _doubled_field, _tripled_field, _tripled, pasted, _multiplied):
        rounds = construction(n)
        if rounds is not None:
            return rounds
    return None


def is_resolved(rounds: Sequence[Sequence[Sequence[int]]], n: int) -> bool:
    """Whether everybody is in each round once and no two people meet twice."""
    everybody = list(range(n))
    if any(sorted(person for group in groups for person in group) != everybody for groups in rounds):
        return False
    pairs = [frozenset(pair) for groups in rounds for group in groups for pair in combinations(group, 2)]
    return len(pairs) == len(set(pairs))


def _smallest(n: int) -> Rounds | None:
    """Three people, and the nine points of the affine plane of order 3, lines of one slope a round."""
    if n == 3:
        return (((0, 1, 2),),)
    if n != 9:
        return None
    slopes: list[Callable[[int, int], int]] = [
        lambda x, y: x,
        lambda x, y: y,
        lambda x, y: (x + y) % 3,
        lambda x, y: (x - y) % 3,
    ]
    points = [(x, y) for x in range(3) for y in range(3)]
    return tuple(
        tuple(_triple(3 * x + y for x, y in points if slope(x, y) == line) for line in range(3))
        for slope in slopes
    )


def _triple(people: Iterable[int]) -> Triple:
    one, other, third = sorted(people)
    return one, other, third


def _doubled_field(n: int) -> Rounds | None:
    """n = 2q + 1, q = 6t + 1 a prime power: two copies of the field and one more, turned by adding."""
    q = (n - 1) // 2
    space = field(q) if q % 6 == 1 else None
    if space is None:
        return None
    t = q // 6
    for shift in range(q - 1):
        base = [(n - 1, 0, q)]
        for i in range(t):
            for third in (0, 2 * t, 4 * t):
                one, other = space.power(i + third), space.power(i + third + t)
                base.append((one, other, q + space.power(i + third + shift)))
            base.append(_triple(q + space.power(i + shift + odd * t) for odd in (1, 3, 5)))
        rounds = tuple(_turned(base, space, by, copies=2) for by in range(q))
        if is_resolved(rounds, n):
            return rounds
    return None


def _turned(base: Sequence[Sequence[int]], space: Field, by: int, copies: int) -> tuple[Triple, ...]:
    """A base round with the same element added to everybody's field coordinate; people past the copies
    stay."""
    q = space.order

    def moved(person: int) -> int:
        copy, element = divmod(person, q)
        return copy * q + space.plus[element][by] if copy < copies else person

    return tuple(_triple(moved(person) for person in group) for group in base)


def _tripled_field(n: int) -> Rounds | None:
    """n = 3q, q = 6t + 1 a prime power: three copies of the field."""
    q = n // 3
    space = field(q) if q % 6 == 1 else None
    if space is None:
        return None
    t = q // 6
    across = [tuple(copy * q + space.power(j + 2 * t * copy) for copy in range(3)) for j in range(6 * t)]
    inside = [
        tuple(copy * q + space.power(j + third) for third in (0, 2 * t, 4 * t))
        for copy in range(3)
        for j in range(t)
    ]
    base = [(0, q, 2 * q), *inside, *(group for j, group in enumerate(across) if j // t % 2)]
    turned = tuple(_turned(base, space, by, copies=3) for by in range(q))
    alone = tuple(
        tuple(_turned([group], space, by, copies=3)[0] for by in range(q))
        for j, group in enumerate(across)
        if j // t % 2 == 0
    )
    return turned + alone


def _tripled(n: int) -> Rounds | None:
    """n = 3m from a system of m: each of its groups becomes nine people who meet across in three rounds."""
    smaller = kirkman(n // 3) if n % 9 == 0 and n > 9 else None
    if smaller is None:
        return None
    upright = tuple((3 * person, 3 * person + 1, 3 * person + 2) for person in range(n // 3))
    return (
        upright,
        *(
            tuple(
                _triple((3 * group[0] + a, 3 * group[1] + (a + turn) % 3, 3 * group[2] + (a - turn) % 3))
                for group in groups
                for a in range(3)
            )
            for groups in smaller
            for turn in range(3)
        ),
    )


def _multiplied(n: int) -> Rounds | None:
    """n = m p, p an odd prime: each person of a system of m becomes p people, each group a Latin square of p
    rounds, but those of one round, which become systems of 3 p people."""
    for p in (5, 7, 11, 13):
        smaller = kirkman(n // p) if n % p == 0 and n // p > 3 else None
        larger = kirkman(3 * p) if smaller else None
        if smaller and larger:
            filled = tuple(
                tuple(
                    _triple(p * group[place % 3] + place // 3 for place in inner)
                    for group in smaller[0]
                    for inner in groups
                )
                for groups in larger
            )
            across = tuple(
                tuple(
                    _triple(p * person + (a + by * turn) % p for by, person in enumerate(group))
                    for group in groups
                    for a in range(p)
                )
                for groups in smaller[1:]
                for turn in range(p)
            )
            return filled + across
    return None


def _nearly(n: int) -> Rounds | None:
    """Starters turned: around two rings of n/2 - 1 people (one starter), or four of half that (two starters).

    Two more people stay where they are.
    """
    starters = STARTERS.get(n, ())
    if not starters:
        return None
    ring = (n - 2) // (2 * len(starters))

    def moved(person: int, by: int) -> int:
        return person if person >= n - 2 else person // ring * ring + (person + by) % ring

    return tuple(
        tuple(_triple(moved(person, by) for person in group) for group in starter)
        for starter in starters
        for by in range(ring)
    )

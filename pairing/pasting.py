"""Kirkman systems pasted together from small ones, along the lines of a plane or of a design with blocks of 4 and 7.

Two people stand at each point and one more at the hub; the people of each line and the hub form a small system of their
own (Ray-Chaudhuri and Wilson, Combinatorics, 1971).
"""

from collections.abc import Sequence

from pairing.fields import field

Triple = tuple[int, int, int]
Rounds = tuple[tuple[Triple, ...], ...]
Lines = list[list[int]]


def pasted(n: int) -> Rounds | None:
    """The system for n people, where n is 33 or 69; None for others."""
    from pairing.kirkman import kirkman  # which asks here in turn

    lines = {33: _affine_lines_of_order_4, 69: _lines_of_34_points}.get(n)
    if lines is None:
        return None
    hub = n - 1
    rounds: list[list[Triple]] = [[(2 * point, 2 * point + 1, hub)] for point in range(n // 2)]
    for line in lines():
        small = kirkman(2 * len(line) + 1)
        assert small is not None  # noqa: S101  # of nine or fifteen people: both are known
        _lay(rounds, line, hub, small)
    return tuple(tuple(groups) for groups in rounds)


def _lay(rounds: list[list[Triple]], line: Sequence[int], hub: int, small: Rounds) -> None:
    """The groups of one line without the hub, into the rounds of its points."""
    spokes = [next(group for group in groups if 0 in group) for groups in small]
    seat = {0: hub}
    for point, spoke in zip(line, spokes, strict=True):
        first, second = (person for person in spoke if person)
        seat |= {first: 2 * point, second: 2 * point + 1}
    for point, groups in zip(line, small, strict=True):
        for group in groups:
            if 0 not in group:
                one, other, third = sorted(seat[person] for person in group)
                rounds[point].append((one, other, third))


def _affine_lines_of_order_4() -> Lines:
    space = field(4)
    assert space is not None  # noqa: S101  # the square of 2
    times = {(a, b): 0 for a in range(4) for b in range(4)}
    times |= {(space.power(i), space.power(j)): space.power(i + j) for i in range(3) for j in range(3)}
    slanted = [
        [4 * x + space.plus[times[slope, x]][shift] for x in range(4)]
        for slope in range(4)
        for shift in range(4)
    ]
    return [*slanted, *([4 * x + y for y in range(4)] for x in range(4))]


def _lines_of_34_points() -> Lines:
    """Any two of 34 points are on one line, of four points but for one of seven: found by our own search.

    Points 0 to 26 are pairs (a mod 3, b mod 9); each point from 27 on lies beside a parallel class of triples of them.
    """

    def at(a: int, b: int) -> int:
        return 9 * (a % 3) + b % 9

    turns = [(a, b) for a in range(3) for b in range(9)]
    lines = [[at(a, b), at(a, b + 1), at(a + 1, b), at(a + 1, b + 4)] for a, b in turns]
    lines += [[at(a, b), at(a, b + 2), at(a + 1, b + 7), 27 + b % 3] for a, b in turns]
    lines += [[at(a, b), at(a + 1, b + 1), at(a + 2, b + 3), 30 + a] for a, b in turns]
    lines += [[at(a, b), at(a, b + 3), at(a, b + 6), 33] for a in range(3) for b in range(3)]
    return [*lines, list(range(27, 34))]

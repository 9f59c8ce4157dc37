"""One round of dyads: exact pairs, and as few triads as it takes that nobody is left alone."""

from functools import partial

from pairing.at_once import greedy, with_left_over
from pairing.exhaustive import MOST, best_of_all
from pairing.grouping import Group, Grouping, ceiling, components, rank, score, together
from pairing.matching import heaviest_matching, unmatched
from pairing.objective import Objective
from pairing.odd_one import with_one_triad
from pairing.time_limit import TimeLimit

SIZE = 2
SLOW = 250  # people: beyond, one matching may outlast a time limit
TRIANGLES_TRIED = 400  # where rules leave several people over, per triad added


def dyads(objective: Objective, limit: TimeLimit) -> Grouping:
    """The best round of dyads: most people placed, fewest triads, greatest score; each connected part by
    itself."""
    return together(
        _connected(objective.part(members), limit).through(members)
        for members in components(objective.allowed)
    )


def _connected(objective: Objective, limit: TimeLimit) -> Grouping:
    if len(objective) <= MOST:
        return best_of_all(objective, SIZE)
    if len(objective) > SLOW and limit.at is not None:
        found = limit.run(partial(_solved, objective, limit))
        return found or _at_once(objective)
    return _solved(objective, limit)


def _at_once(objective: Objective) -> Grouping:
    """One after the other takes whoever suits best of those left; the rest join where they may."""
    groups = with_left_over(objective, greedy(objective.scores, objective.allowed))
    total = score(objective, SIZE, groups)
    return Grouping(
        groups=tuple(groups),
        alone=tuple(unmatched(len(objective), groups)),
        score=total,
        bound=max(total, ceiling(objective)),
    )


def _solved(objective: Objective, limit: TimeLimit) -> Grouping:
    pairs = heaviest_matching(objective.scores, objective.allowed)
    over = unmatched(len(objective), pairs)
    if not over:
        total = score(objective, SIZE, pairs)
        return Grouping(groups=tuple(pairs), alone=(), score=total, bound=total)
    if len(over) == 1 and (found := with_one_triad(objective, limit)):
        return found
    return _with_several_triads(objective, pairs)


def _with_several_triads(objective: Objective, pairs: list[tuple[int, int]]) -> Grouping:
    """Rules leave several people over: add the triad that saves most, and solve the rest anew, while it
    helps."""
    triads: list[Group] = []
    left = list(range(len(objective)))
    best: list[Group] = list(pairs)
    while len(best) and (found := _saving_triad(objective, left, best[len(triads) :])):
        triad, rest = found
        triads.append(triad)
        left = [member for member in left if member not in triad]
        best = [*triads, *rest]
    groups = tuple(best)
    alone = tuple(unmatched(len(objective), groups))
    total = score(objective, SIZE, groups)
    proven = not triads and not _triangles(objective, list(range(len(objective))), alone)
    return Grouping(
        groups=groups, alone=alone, score=total, bound=total if proven else max(total, ceiling(objective))
    )


def _saving_triad(
    objective: Objective, left: list[int], pairs: list[Group]
) -> tuple[Group, list[Group]] | None:
    """The triad whose removal lets most of the others be paired, with their pairs; None when none places
    more."""
    placed = {member for pair in pairs for member in pair}
    over = tuple(member for member in left if member not in placed)
    champion: tuple[tuple[int, int, int], Group, list[Group]] | None = None
    for triad in _triangles(objective, left, over)[:TRIANGLES_TRIED] if over else ():
        others = [member for member in left if member not in triad]
        part = objective.part(others)
        rest: list[Group] = [
            (others[one], others[other]) for one, other in heaviest_matching(part.scores, part.allowed)
        ]
        value = rank(objective, SIZE, [triad, *rest])
        if 3 + 2 * len(rest) > len(placed) and (champion is None or value > champion[0]):
            champion = value, triad, rest
    return champion and (champion[1], champion[2])


def _triangles(objective: Objective, among: list[int], first: tuple[int, ...]) -> list[Group]:
    """Triads that the rules permit, those that hold one of `first` before the others, the heaviest before
    the lighter."""
    allowed = objective.allowed
    found = [
        (one, other, third)
        for at, one in enumerate(among)
        for reach, other in enumerate(among[at + 1 :], at + 2)
        if allowed[one, other]
        for third in among[reach:]
        if allowed[one, third] and allowed[other, third]
    ]
    wanted = set(first)
    return sorted(found, key=lambda triad: (not wanted & set(triad), -objective.of(triad, odd=True), triad))

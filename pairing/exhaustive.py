"""Small pools, solved by looking at every way to group them: exact for any rules, up to a dozen people."""

from functools import cache
from itertools import combinations

from pairing.grouping import Group, Grouping, score
from pairing.objective import Objective

MOST = 12  # people; beyond, the number of subsets is no longer small

Value = tuple[int, int, int]  # people placed, groups of the wrong size (negative), score


def best_of_all(objective: Objective, size: int) -> Grouping:
    """The best grouping into dyads and triads: most people placed, fewest odd groups, greatest score."""
    n = len(objective)
    values = _group_values(objective, size)

    @cache
    def best(left: int) -> tuple[Value, tuple[Group, ...]]:
        if not left:
            return (0, 0, 0), ()
        first = (left & -left).bit_length() - 1
        rest = left & (left - 1)
        champion = best(rest)  # `first` stays alone
        for mask, value, group in values[first]:
            if mask & left == mask:
                below, groups = best(left & ~mask)
                total = (below[0] + value[0], below[1] + value[1], below[2] + value[2])
                if total > champion[0]:
                    champion = total, (group, *groups)
        return champion

    groups = best((1 << n) - 1)[1]
    placed = {member for group in groups for member in group}
    total = score(objective, size, groups)
    alone = tuple(member for member in range(n) if member not in placed)
    return Grouping(groups=groups, alone=alone, score=total, bound=total)


def _group_values(objective: Objective, size: int) -> list[list[tuple[int, Value, Group]]]:
    """For each person, the permitted groups in which that person comes first."""
    people = range(len(objective))
    found: list[list[tuple[int, Value, Group]]] = [[] for _ in people]
    for length in (2, 3):
        odd = length != size
        for group in combinations(people, length):
            if objective.permits(group):
                mask = sum(1 << member for member in group)
                found[group[0]].append((mask, (length, -odd, objective.of(group, odd=odd)), group))
    return found

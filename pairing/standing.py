"""The groups of a running round, kept at hand so that a change among 100,000 people is mended in milliseconds.

The same smallest change that `pairing.repair` makes, found by columns instead of one pair after another.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pairing.meetings import Meetings, Past
from pairing.obstacles import NOBODY as WITHOUT
from pairing.policy import Person, Policy, Request
from pairing.profile_weights import pair_weight, row_weights, weights_of
from pairing.profiles import Columns, Ints, columns
from pairing.repair import RepairFault

Ids = tuple[str, ...]

NOBODY = -1
SEATS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one change did; all other groups are as they were."""

    ended: tuple[Ids, ...]
    formed: tuple[Ids, ...]
    alone: Ids  # whom no change of one group could place
    why: str  # what may be said of those alone


class StandingGroups:
    """Groups with the weights and past meetings inside them, updated as people leave and come."""

    def __init__(
        self,
        groups: Iterable[Iterable[str]],
        *,
        people: Iterable[Person],
        policy: Policy,
        history: Iterable[Past] = (),
        requests: Sequence[Request] = (),
    ) -> None:
        everybody = sorted(people, key=lambda person: person.id)
        ids = [person.id for person in everybody]
        at = {id_: index for index, id_ in enumerate(ids)}
        never = [tuple(sorted(at[id_] for id_ in pair)) for pair in policy.never if pair <= at.keys()]
        c, order = columns(
            everybody, policy, apart=[(low, high) for low, high in never], asked=_asked(requests, policy, at)
        )
        self._columns: Columns = c
        self._ids = [ids[index] for index in order.tolist()]
        self._place = {id_: index for index, id_ in enumerate(self._ids)}
        self._met: dict[int, dict[int, int]] = {}
        for one, other, number in Meetings(history).pairs():
            if one in self._place and other in self._place:
                self._met.setdefault(self._place[one], {})[self._place[other]] = number
                self._met.setdefault(self._place[other], {})[self._place[one]] = number
        seats = [[self._place[id_] for id_ in group] for group in groups]
        self._seats = np.full(
            (len(seats) + len(ids), SEATS), NOBODY, dtype=np.int64
        )  # room for groups to come
        self._size = np.zeros(len(self._seats), dtype=np.int64)
        self._inside = np.zeros(
            (len(self._seats), 3), dtype=np.int64
        )  # pairs that met, the latest round, weight
        self._group = np.full(len(ids), NOBODY, dtype=np.int64)
        self._here = np.ones(len(ids), dtype=np.bool_)
        self._count = 0
        self._fill([sorted(group) for group in seats])

    def leave(self, leaver: str) -> Change:
        """Somebody leaves: a triad goes on as a dyad, a buddy left behind joins another group. Raises RepairFault."""
        person = self._place.get(leaver, NOBODY)
        if person == NOBODY or self._group[person] == NOBODY:
            raise RepairFault(f"{leaver} is in no group")
        self._here[person] = False
        ended = [int(self._group[person])]
        rest = [member for member in self._members(ended[0]) if member != person]
        told = [self._named(self._members(ended[0]))]
        self._close(ended[0])
        if len(rest) != 1:
            return Change(
                ended=tuple(told), formed=(self._named(self._members(self._open(rest))),), alone=(), why=""
            )
        return self._placed(rest[0], told)

    def join(self, joiner: str) -> Change:
        """Somebody who was among the people from the start, and is in no group, gets one. Raises RepairFault."""
        person = self._place.get(joiner, NOBODY)
        if person == NOBODY:
            raise RepairFault(f"{joiner} is not among the people who take part")
        if self._group[person] != NOBODY:
            raise RepairFault(f"{joiner} is in a group already")
        self._here[person] = True
        return self._placed(person, [])

    def _placed(self, person: int, ended: list[Ids]) -> Change:
        """A group for one person: somebody who waits, a dyad, the third of a triad, in that order."""
        row = row_weights(self._columns, person)
        waiting = np.flatnonzero(self._here & (self._group == NOBODY) & (row >= 0))
        size = self._size[: self._count]
        if len(waiting):
            chosen = self._best(person, row, waiting[:, None], np.zeros((len(waiting), 3), dtype=np.int64))
            return self._formed([person, *waiting[chosen : chosen + 1].tolist()], [], ended)
        dyads = np.flatnonzero(size == 2)
        dyads = dyads[(row[self._seats[dyads, :2]] >= 0).all(axis=1)]
        if len(dyads):
            group = int(dyads[self._best(person, row, self._seats[dyads, :2], self._inside[dyads])])
            members = self._members(group)
            self._close(group)
            return self._formed([person, *members], [], [*ended, self._named(members)])
        return self._freed(person, row, ended)

    def _freed(self, person: int, row: Ints, ended: list[Ids]) -> Change:
        """The third member of a triad, whom the other two let go."""
        triads = np.flatnonzero(self._size[: self._count] == SEATS)
        members = self._seats[triads].ravel()
        members = members[row[members] >= 0]
        if not len(members):
            return Change(ended=tuple(ended), formed=(), alone=(self._ids[person],), why=WITHOUT)
        chosen = int(
            members[self._best(person, row, members[:, None], np.zeros((len(members), 3), dtype=np.int64))]
        )
        group = int(self._group[chosen])
        triad = self._members(group)
        self._close(group)
        return self._formed(
            [person, chosen], [other for other in triad if other != chosen], [*ended, self._named(triad)]
        )

    def _formed(self, group: list[int], rest: list[int], ended: list[Ids]) -> Change:
        formed = [self._named(members) for members in (group, rest) if members]
        for members in (group, rest):
            if members:
                self._open(members)
        return Change(ended=tuple(sorted(ended)), formed=tuple(sorted(formed)), alone=(), why="")

    def _best(self, person: int, row: Ints, members: Ints, inside: Ints) -> int:
        """The row of `members` that suits: fewest repeats, then the oldest, then weight; ids settle ties."""
        met = np.zeros(len(row), dtype=np.int64)
        last = np.zeros(len(row), dtype=np.int64)
        for other, number in self._met.get(person, {}).items():
            met[other], last[other] = 1, number
        again = met[members].sum(axis=1) + inside[:, 0]
        left = np.flatnonzero(again == again.min())
        latest = np.maximum(last[members[left]].max(axis=1), inside[left, 1])
        left = left[latest == latest.min()]
        weight = row[members[left]].sum(axis=1) + inside[left, 2]
        left = left[weight == weight.max()]
        return int(max(left.tolist(), key=lambda at: self._named([person, *members[at].tolist()])))

    def _members(self, group: int) -> list[int]:
        return [member for member in self._seats[group].tolist() if member != NOBODY]

    def _named(self, members: Iterable[int]) -> Ids:
        return tuple(sorted(self._ids[member] for member in members))

    def _close(self, group: int) -> None:
        self._group[self._members(group)] = NOBODY
        self._size[group] = 0

    def _fill(self, groups: Sequence[list[int]]) -> None:
        """Open many groups at once."""
        self._count = len(groups)
        for number, members in enumerate(groups):
            self._seats[number, : len(members)] = members
            self._group[members] = number
            self._size[number] = len(members)
            for pair in combinations(members, 2):
                self._note(number, *pair)
        rows = [(number, *pair) for number, members in enumerate(groups) for pair in combinations(members, 2)]
        pairs = np.array(rows, dtype=np.int64).reshape(-1, 3)
        weights = weights_of(self._columns, pairs[:, 1:]).clip(min=0)
        np.add.at(self._inside[:, 2], pairs[:, 0], weights)

    def _note(self, group: int, one: int, other: int) -> None:
        """Two of a group may have met before."""
        last = self._met.get(one, {}).get(other)
        if last is not None:
            self._inside[group, 0] += 1
            self._inside[group, 1] = max(self._inside[group, 1], last)

    def _open(self, members: Sequence[int]) -> int:
        group = self._count
        if group == len(self._seats):  # change upon change: make room again
            self._seats = np.concatenate([self._seats, np.full_like(self._seats, NOBODY)])
            self._size = np.concatenate([self._size, np.zeros_like(self._size)])
            self._inside = np.concatenate([self._inside, np.zeros_like(self._inside)])
        self._count += 1
        self._seats[group, : len(members)] = sorted(members)
        self._size[group] = len(members)
        self._group[list(members)] = group
        self._inside[group] = 0
        for pair in combinations(members, 2):
            self._note(group, *pair)
            self._inside[group, 2] += max(0, pair_weight(self._columns, *pair))
        return group


def _asked(requests: Sequence[Request], policy: Policy, at: dict[str, int]) -> dict[tuple[int, int], int]:
    total: dict[tuple[int, int], int] = {}
    for request in requests:
        if request.asker in at and request.asked in at and request.asker != request.asked:
            one, other = sorted((at[request.asker], at[request.asked]))
            weight = policy.request_weight if request.weight is None else request.weight
            total[one, other] = total.get((one, other), 0) + weight
    return total

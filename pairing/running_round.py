"""A running round kept at hand, so that a leaver among a hundred thousand is mended in milliseconds.

Finds the same groups as `pairing.repair`, which it asks wherever joining a dyad is not the answer.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from pairing.compatibility import Compatibility, Weights
from pairing.meetings import Meetings, Past
from pairing.policy import Person, Policy, Request
from pairing.repair import Ids, Repair, RepairFault, repair


class RunningRound:
    """The groups of a round, indexed; each mending changes them."""

    def __init__(
        self,
        groups: Iterable[Iterable[str]],
        *,
        people: Iterable[Person],
        policy: Policy,
        history: Iterable[Past] = (),
        requests: Sequence[Request] = (),
    ) -> None:
        self.people = {person.id: person for person in people}
        self.policy, self.requests, self.history = policy, requests, tuple(history)
        self.ids = sorted(self.people)
        self.place = {id_: at for at, id_ in enumerate(self.ids)}
        self.weights = Compatibility([self.people[id_] for id_ in self.ids], policy, requests)
        self.group_of: dict[str, Ids] = {}
        self.dyads: Weights = np.empty((0, 2), dtype=np.int64)
        self.row_of: dict[Ids, int] = {}
        self.met: dict[str, dict[str, int]] = {}
        for one, other, number in Meetings(self.history).pairs():
            self.met.setdefault(one, {})[other] = number
            self.met.setdefault(other, {})[one] = number
        self._index([tuple(sorted(group)) for group in groups])

    def _index(self, groups: list[Ids]) -> None:
        self.group_of = {member: group for group in groups for member in group}
        dyads = [group for group in groups if len(group) == 2]
        self.dyads = np.array([[self.place[one] for one in group] for group in dyads], dtype=np.int64)
        self.dyads = self.dyads.reshape(-1, 2)
        self.row_of = {group: row for row, group in enumerate(dyads)}

    @property
    def groups(self) -> tuple[Ids, ...]:
        """The groups as they are now, in order."""
        return tuple(sorted(set(self.group_of.values())))

    def leave(self, leaver: str) -> Repair:
        """Take somebody out of the round. `groups` of the answer holds only what is new; raises RepairFault for
        somebody in no group."""
        if leaver not in self.group_of:
            raise RepairFault(f"{leaver} is in no group")
        group = self.group_of[leaver]
        rest = tuple(member for member in group if member != leaver)
        host = self._best_dyad(rest[0], leaver) if len(rest) == 1 else None
        if len(rest) == 1 and host is None:
            return self._as_repair_says(leaver)
        ended = (group,) if host is None else tuple(sorted((group, host)))
        formed = rest if host is None else tuple(sorted((*host, rest[0])))
        self._forget(leaver, ended)
        self.group_of |= dict.fromkeys(formed, formed)
        if len(formed) == 2:
            self.row_of[formed] = len(self.dyads)
            self.dyads = np.vstack([self.dyads, [[self.place[one] for one in formed]]])
        return Repair(groups=(formed,), ended=ended, formed=(formed,), alone=())

    def _forget(self, leaver: str, ended: Iterable[Ids]) -> None:
        for group in ended:
            row = self.row_of.pop(group, None)
            if row is not None:
                self.dyads[row] = -1
        del self.group_of[leaver]
        self.people.pop(leaver)

    def _best_dyad(self, person: str, leaver: str) -> Ids | None:
        """The dyad that takes somebody in: fewest repeats, then the oldest, then weight; ids settle ties."""
        if len(self.group_of) < len(self.people):
            return None  # somebody waits, and comes first
        at = self.place[person]
        row = self.weights.block(slice(at, at + 1), slice(None))[0]
        one, other = row[self.dyads[:, 0]], row[self.dyads[:, 1]]
        own = self.row_of[tuple(sorted((person, leaver)))]
        open_ = (one >= 0) & (other >= 0) & (self.dyads[:, 0] >= 0)
        open_[own] = False
        if not open_.any():
            return None
        repeats, latest = np.zeros(len(open_), dtype=np.int64), np.zeros(len(open_), dtype=np.int64)
        for partner, number in self.met.get(person, {}).items():
            host = self.row_of.get(self.group_of.get(partner, ()))
            if host is not None:
                repeats[host] += 1
                latest[host] = max(latest[host], number)
        worth = np.where(open_, one + other, -1)
        for rank in (repeats, latest):
            fewest = rank[open_].min()
            open_ &= rank == fewest
        best = worth[open_].max()
        ties = np.flatnonzero(open_ & (worth == best)).tolist()
        hosts = [tuple(self.ids[seat] for seat in self.dyads[row].tolist()) for row in ties]
        return max(hosts, key=lambda host: tuple(sorted((*host, person))))

    def _as_repair_says(self, leaver: str) -> Repair:
        found = repair(
            self.groups,
            people=self.people.values(),
            policy=self.policy,
            leaver=leaver,
            history=self.history,
            requests=self.requests,
        )
        self.people.pop(leaver)
        self._index(list(found.groups))
        return Repair(groups=found.formed, ended=found.ended, formed=found.formed, alone=found.alone)

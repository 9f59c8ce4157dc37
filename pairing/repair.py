"""A change in the middle of a round: one leaves, one joins late, two must part, one asks for somebody else.

Mends with the smallest change.

Nobody but those concerned moves, unless somebody would be left alone otherwise.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pairing.errors import PrepairedError
from pairing.meetings import Meetings, Past, pairs_of
from pairing.obstacles import Unplaceable, obstacles
from pairing.policy import Person, Policy, Request

Ids = tuple[str, ...]

LARGEST = 3


class RepairFault(PrepairedError):
    """A change was asked for that does not fit the groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """The groups after a change, with what became of whom."""

    groups: tuple[Ids, ...]
    ended: tuple[Ids, ...]  # groups that are no more
    formed: tuple[Ids, ...]  # groups that are new; everybody in them is to be told
    alone: tuple[Unplaceable, ...]  # people whom no change of one group could place


def repair(
    groups: Iterable[Iterable[str]],
    *,
    people: Iterable[Person],
    policy: Policy,
    leaver: str | None = None,
    joiner: str | None = None,
    apart: tuple[str, str] | None = None,
    history: Iterable[Past] = (),
    requests: Sequence[Request] = (),
) -> Repair:
    """Mend the groups of a running round after one change, given as `leaver`, `joiner` or `apart`.

    `people` are all who take part now: the joiner among them, the leaver not needed. Somebody of them
    without a group waits for a partner. A joiner is paired with a waiting person first, then joins the dyad
    that suits best (no repeat, then the oldest, then weight), then frees the third member of a triad.
    `apart` holds two members of one group who may stay together no longer. Raises RepairFault when the ids
    don't fit the groups.
    """
    if sum(change is not None for change in (leaver, joiner, apart)) != 1:
        raise RepairFault("give one change: a leaver, a joiner or two who part")
    desk = _Desk(groups, people, policy, Meetings(history), requests)
    if leaver is not None:
        desk.leave(leaver)
    elif joiner is not None:
        desk.join(joiner)
    elif apart is not None:
        desk.part(*apart)
    return desk.outcome()


def mend(
    groups: Iterable[Iterable[str]],
    *,
    people: Iterable[Person],
    policy: Policy,
    joiners: Iterable[str] = (),
    unsettled: Iterable[str] = (),
    history: Iterable[Past] = (),
    requests: Sequence[Request] = (),
) -> Repair:
    """Everything at once that is amiss in a running round: parts those between whom a rule stands by now, finds a
    group for each of `joiners`, in order, and another for each of `unsettled` who asked for one. What nobody asks for
    stays as it is; whoever could not be given another group keeps theirs.

    `people` are all who sit in the groups, and the joiners. Raises RepairFault when the ids don't fit.
    """
    desk = _Desk(groups, people, policy, Meetings(history), requests)
    desk.part_forbidden()
    for joiner in sorted(joiners):
        if not any(joiner in group for group in desk.groups):
            desk.join(joiner)
    desk.settle([member for group in desk.before for member in group if member in set(unsettled)])
    return desk.outcome()


class _Desk:
    """The groups being mended, with the rules at hand."""

    def __init__(
        self,
        groups: Iterable[Iterable[str]],
        people: Iterable[Person],
        policy: Policy,
        meetings: Meetings,
        requests: Sequence[Request],
    ) -> None:
        self.before = [tuple(sorted(group)) for group in groups]
        self.groups = dict.fromkeys(self.before)  # keeps the order, removes at once
        self.people: Mapping[str, Person] = {person.id: person for person in people}
        self.policy, self.meetings, self.requests = policy, meetings, requests
        self.parted: set[frozenset[str]] = set()
        self.seeking: list[str] = []

    def leave(self, leaver: str) -> None:
        """Take somebody out; a triad goes on as a dyad, a buddy left behind joins another group."""
        rest = [member for member in self._open(leaver) if member != leaver]
        self.people = {id_: person for id_, person in self.people.items() if id_ != leaver}
        if len(rest) > 1:
            self._add(rest)
        elif rest:
            self._place(rest[0])

    def join(self, joiner: str) -> None:
        """Give a late joiner a group."""
        if joiner not in self.people:
            raise RepairFault(f"{joiner} is not among the people who take part")
        if any(joiner in group for group in self.groups):
            raise RepairFault(f"{joiner} is in a group already")
        self._place(joiner)

    def part(self, one: str, other: str) -> None:
        """Separate two members of one group for good; a third member stays with whom the rules prefer."""
        group = self._open(one)
        if other not in group or one == other:
            raise RepairFault(f"{one} and {other} are not in one group")
        self.parted.add(frozenset((one, other)))
        third = [member for member in group if member not in (one, other)]
        if not third:
            self._place(one)
            self._place(other)
            return
        pairs = [(one, third[0]), (other, third[0])]
        kept = max((pair for pair in pairs if self._permits(pair)), key=self._worth, default=None)
        if kept:
            self._add(kept)
        for member in group:
            if kept is None or member not in kept:
                self._place(member)

    def part_forbidden(self) -> None:
        """Separate everybody who shares a group against a rule."""
        for group in self.before:
            for one, other in pairs_of(group):
                if group in self.groups and not self._permits((one, other)):
                    self.part(one, other)

    def settle(self, unsettled: Sequence[str]) -> None:
        """Another group for those who asked for one: all at once, so that they may meet each other; where that leaves
        somebody alone, one after the other, as far as it leaves nobody alone."""
        if not self._settled(unsettled):
            for person in unsettled:
                self._settled([person])

    def _settled(self, unsettled: Sequence[str]) -> bool:
        """Whether all found another group; if not, everything is as it was."""
        was = dict(self.groups), set(self.parted), list(self.seeking)
        left: list[str] = []
        for person in unsettled:
            group = next((group for group in self.groups if person in group), ())
            if group and group in self.before:  # else they have another already
                self.groups.pop(group)
                rest = [member for member in group if member != person]
                self.parted |= {frozenset((person, other)) for other in rest}
                left += [person, *(rest if len(rest) == 1 else [])]
                if len(rest) > 1:
                    self._add(rest)
        for person in left:
            if not any(person in group for group in self.groups):
                self._place(person)
        if len(self.seeking) <= len(was[2]):
            return True
        self.groups, self.parted, self.seeking = was
        return False

    def outcome(self) -> Repair:
        """What is different now."""
        after = set(self.groups)
        was = set(self.before)
        others = [self.people[id_] for id_ in sorted(self.people)] if self.seeking else []
        return Repair(
            groups=tuple(sorted(after)),
            ended=tuple(sorted(was - after)),
            formed=tuple(sorted(after - was)),
            alone=tuple(
                obstacles(
                    self.people[id_],
                    [other for other in others if other.id != id_],
                    self.policy,
                    sorted(after),
                )
                for id_ in self.seeking
            ),
        )

    def _place(self, person: str) -> None:
        """Find a group for one person: somebody who waits, a dyad, the third of a triad, in that order."""
        for options in (self._waiting, self._dyads, self._thirds):
            choice = max(options(person), key=lambda option: self._worth(option[0]), default=None)
            if choice is not None:
                formed, ended, rest = choice
                if ended:
                    self.groups.pop(ended)
                if rest:
                    self._add(rest)
                self._add(formed)
                self.seeking = [id_ for id_ in self.seeking if id_ not in formed]
                return
        self.seeking.append(person)

    def _waiting(self, person: str) -> Iterator[tuple[Ids, Ids, Ids]]:
        seated = {member for group in self.groups for member in group}
        for other in self.people:
            if other != person and other not in seated and self._permits((person, other)):
                yield (person, other), (), ()

    def _dyads(self, person: str) -> Iterator[tuple[Ids, Ids, Ids]]:
        for group in self.groups:
            if len(group) < LARGEST and self._permits((*group, person)):
                yield (*group, person), group, ()

    def _thirds(self, person: str) -> Iterator[tuple[Ids, Ids, Ids]]:
        for group in self.groups:
            for member in group if len(group) == LARGEST else ():
                if self._permits((member, person)):
                    yield (member, person), group, tuple(other for other in group if other != member)

    def _permits(self, group: Sequence[str]) -> bool:
        return all(
            frozenset(pair) not in self.parted
            and self.policy.allows(self.people[pair[0]], self.people[pair[1]])
            for pair in pairs_of(group)
        )

    def _worth(self, group: Sequence[str]) -> tuple[int, int, int, Ids]:
        """Fewest repeats, then the oldest, then weight; ids settle ties."""
        met = [last for pair in pairs_of(group) if (last := self.meetings.last(*pair)) is not None]
        weight = sum(
            self.policy.weight(self.people[one], self.people[other]) for one, other in pairs_of(group)
        )
        asked = sum(
            self.policy.request_weight if request.weight is None else request.weight
            for request in self.requests
            if request.asker in group and request.asked in group
        )
        return -len(met), -max(met, default=0), weight + asked, tuple(sorted(group))

    def _open(self, member: str) -> Ids:
        """Dissolve the group of a member."""
        group = next((group for group in self.groups if member in group), None)
        if group is None:
            raise RepairFault(f"{member} is in no group")
        self.groups.pop(group)
        return group

    def _add(self, members: Iterable[str]) -> None:
        self.groups[tuple(sorted(members))] = None

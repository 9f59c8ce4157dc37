"""A third for two who stay together and would both like one: found in a planned round, without leaving anybody alone.

The third comes from a group of three where there is one, else from two whose other can join another pair, best one that
would like a third, too. Then the round is planned anew around what was found, so that the rest is the best there is.
"""

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, cast

from pairing.meetings import Meetings, Past, pairs_of
from pairing.plan import Plan, plan
from pairing.policy import Person, Policy
from pairing.reasons import compared

Ids = tuple[str, ...]

WELCOME = "Two of them stay together, and a third is welcome."
CONSIDERED = 1_000  # groups to take a third from, drawn by lot, for each two


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """A plan of one round, and its groups to which a third was brought."""

    plan: Plan
    thirds: tuple[Ids, ...]


@dataclass(slots=True, kw_only=True)
class _Desk:
    """The groups of a round while thirds are taken from some of them."""

    people: Mapping[str, Person]
    policy: Policy
    meetings: Meetings
    hosts: list[Ids]
    free: list[Ids]  # groups that nobody agreed on
    found: list[Ids] = field(default_factory=list)

    def serve(self) -> None:
        """A third for each of the hosts for whom there is one."""
        while self.hosts:
            host = self.hosts.pop(0)
            options = [one for donor in self.free[:CONSIDERED] for one in self._from(host, donor)]
            if options:
                third, donor, taker = max(options, key=lambda option: self._worth(host, *option))
                self._take(host, third, donor, taker)

    def _from(self, host: Ids, donor: Ids) -> Iterator[tuple[str, Ids, Ids]]:
        """Who of a group may come, and which pair takes in whom that would leave alone."""
        for third in donor:
            if not self._permits((*host, third)):
                continue
            rest = tuple(one for one in donor if one != third)
            if len(rest) > 1:
                yield third, donor, ()
            elif taker := self._taker(donor, rest):
                yield third, donor, taker

    def _taker(self, donor: Ids, rest: Ids) -> Ids:
        """Another two who would like a third, else any other two."""
        return next(
            (
                pair
                for pair in (*self.hosts, *self.free)
                if pair != donor and len(pair) == 2 and self._permits((*pair, *rest))
            ),
            (),
        )

    def _take(self, host: Ids, third: str, donor: Ids, taker: Ids) -> None:
        rest = [one for one in donor if one != third]
        self.free.remove(donor)
        self.found.append(tuple(sorted((*host, third))))
        if not taker:
            self.free.append(tuple(rest))
        elif taker in self.hosts:
            self.hosts.remove(taker)
            self.found.append(tuple(sorted((*taker, *rest))))
        else:
            self.free.remove(taker)
            self.free.append(tuple(sorted((*taker, *rest))))

    def _permits(self, group: Iterable[str]) -> bool:
        return all(self.policy.allows(self.people[one], self.people[other]) for one, other in pairs_of(group))

    def _worth(self, host: Ids, third: str, donor: Ids, taker: Ids) -> tuple[int, bool, bool, int, str]:
        """Nobody whom they know already; then whoever is missed least; then weight."""
        met = sum(self.meetings.last(one, third) is not None for one in host)
        weight = sum(self.policy.weight(self.people[one], self.people[third]) for one in host)
        return -met, not taker, taker in self.hosts, weight, third


def plan_with_thirds(
    people: Sequence[Person],
    policy: Policy,
    *,
    welcoming: Iterable[Iterable[str]],
    locks: Sequence[Ids] = (),
    steady: Sequence[Ids] = (),
    history: Sequence[Past] = (),
    seed: int = 0,
    **given: Any,
) -> Welcome:
    """One round of dyads, as `pairing.plan.plan` plans it; each of the `welcoming` pairs, who are among the locks, gets
    a third where that leaves no more people alone."""
    given |= {"history": history, "seed": seed, "steady": steady}
    plain = plan(people, policy, locks=locks, **given)
    hosts = [pair for pair in (tuple(sorted(pair)) for pair in welcoming) if pair in plain.rounds[0].groups]
    if not hosts:
        return Welcome(plan=plain, thirds=())
    taken = {frozenset(group) for group in (*locks, *steady)}
    free = [group for group in plain.rounds[0].groups if not any(set(group) >= lock for lock in taken)]
    Random(seed).shuffle(free)
    by_id = {person.id: person for person in people}
    desk = _Desk(people=by_id, policy=policy, meetings=Meetings(history), hosts=sorted(hosts), free=free)
    desk.serve()
    if not desk.found:
        return Welcome(plan=plain, thirds=())
    anew = plan(people, policy, locks=[*locks, *desk.found], **given)
    if len(anew.rounds[0].alone) > len(plain.rounds[0].alone):
        return Welcome(plan=plain, thirds=())
    thirds = tuple(group for group in desk.found if group in anew.rounds[0].groups)
    return Welcome(plan=_explained(anew, thirds, hosts, by_id, policy), thirds=thirds)


def _explained(
    found: Plan, thirds: Sequence[Ids], hosts: Sequence[Ids], people: Mapping[str, Person], policy: Policy
) -> Plan:
    """The plan whose groups with a third say so, and why that third."""
    told: dict[str, Ids] = {}
    for group in thirds:
        host = next(pair for pair in hosts if set(pair) <= set(group))
        (third,) = set(group) - set(host)
        told["|".join(group)] = (
            WELCOME,
            *(
                f"{min(one, third)} and {max(one, third)}: {sentence}"
                for one in host
                for sentence in compared(people[one], people[third], policy.preferences)
            ),
        )
    first = replace(found.rounds[0], reasons=_over(told, found.rounds[0].reasons))
    return replace(found, rounds=(first, *found.rounds[1:]))


def _over(told: dict[str, Ids], otherwise: Mapping[str, Ids]) -> Mapping[str, Ids]:
    """Reasons of a large round are made when they are asked for, so they are not copied."""
    return ChainMap(told, cast("MutableMapping[str, Ids]", otherwise))

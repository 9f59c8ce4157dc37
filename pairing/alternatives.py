"""What else could have been: for each member the next best buddy, and what that would have cost the round.

Worked out from the groups and the spoken rules alone, so that nothing here depends on a confidential never-pair. Where
the count finds no cost, the reason may be one, or an even choice: both are told in the same words.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pairing.compatibility import Compatibility
from pairing.meetings import Meetings, pairs_of
from pairing.policy import Person, Policy, Preference, Request, Rule

PREFERRED = "the round as a whole was preferred"
COMPARED = 6  # of the people who suit a member best, how many exchanges are worked out
ORDINALS = ("", "first", "second", "third", "fourth", "fifth")
KEPT = {
    Rule.SAME: "keep the same {}",
    Rule.DIFFERENT: "keep a different {}",
    Rule.NEAR: "stay close in {}",
    Rule.OVERLAP: "keep {} in common",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Two people who change places, seen from the one who would get another buddy."""

    repeats: int  # more pairs who met before
    cost: int  # weight that the two groups lose together; below 1: no less
    left: tuple[str, ...]  # the group that the new buddy comes from, as it is now
    then: tuple[str, ...]  # and as it would be


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """The best other buddy that a member could have had."""

    member: str
    rank: int  # of the best buddy now among everybody whom the rules permit; 1 is the first choice
    instead: str
    gain: int  # what the other would add for this member over the best buddy now; may be below 0
    exchange: Exchange | None  # None: the spoken rules stand between those who would be left
    kept: tuple[tuple[str, str], Preference] | None  # two others and the rule that they satisfy as it is

    def sentence(self, name: Callable[[str], str] = str) -> str:
        """The same in words; `name` says how people are called."""
        lead = f"{name(self.member)}: {_ordinal(self.rank)} choice overall"
        if self.kept and self.exchange and self.exchange.cost > 0 and self.rank > 1:
            pair, rule = self.kept
            lead += f", so that {' and '.join(map(name, pair))} could {_kept(rule)}"
        return f"{lead}; with {name(self.instead)} {self._otherwise()}."

    def _otherwise(self) -> str:
        if self.exchange is None:
            return "those left over could not be together"
        if self.exchange.repeats > 0:
            return "people would meet again who have met before"
        if self.exchange.cost > 0:
            return f"the round would lose {self.exchange.cost}"
        return f"it would be no worse, but {PREFERRED}"


def alternatives(
    groups: Iterable[Sequence[str]],
    people: Mapping[str, Person],
    policy: Policy,
    meetings: Meetings,
    requests: Sequence[Request] = (),
) -> dict[str, Alternative]:
    """Member -> the best alternative, for everybody who is in a group and has one.

    `meetings` are those before the round.
    """
    desk = _Desk(groups, people, policy.spoken, meetings, requests)
    found = {member: desk.best_for(member) for member in sorted(desk.group_of)}
    return {member: best for member, best in found.items() if best is not None}


def exchange(
    one: str,
    other: str,
    groups: Iterable[Sequence[str]],
    people: Mapping[str, Person],
    policy: Policy,
    meetings: Meetings,
    requests: Sequence[Request] = (),
) -> Exchange | None:
    """The cheapest way to bring two of different groups together by exchanging two people; None where the
    spoken rules permit none."""
    return _Desk(groups, people, policy.spoken, meetings, requests).exchange(one, other)


class _Desk:
    """The groups of a round with the weights that the spoken rules give."""

    def __init__(
        self,
        groups: Iterable[Sequence[str]],
        people: Mapping[str, Person],
        policy: Policy,
        meetings: Meetings,
        requests: Sequence[Request],
    ) -> None:
        self.group_of = {member: tuple(group) for group in groups for member in group}
        self.people, self.policy, self.meetings = people, policy, meetings
        self.ids = sorted(people)
        self.place = {id_: index for index, id_ in enumerate(self.ids)}
        self.weights = Compatibility([people[id_] for id_ in self.ids], policy, requests).matrix()

    def weight(self, group: Iterable[str]) -> int:
        return sum(int(self.weights[self.place[one], self.place[other]]) for one, other in pairs_of(group))

    def permits(self, group: Iterable[str]) -> bool:
        return all(self.weights[self.place[one], self.place[other]] >= 0 for one, other in pairs_of(group))

    def best_for(self, member: str) -> Alternative | None:
        """The best other buddy; among equals the one that costs least."""
        row = self.weights[self.place[member]]
        own = [self.place[other] for other in self.group_of[member] if other != member]
        now = int(row[own].max())
        seated = np.array([id_ in self.group_of for id_ in self.ids], dtype=np.bool_)
        seated[own] = False
        free = [at for at in np.argsort(-row, kind="stable").tolist() if seated[at] and row[at] >= 0]
        fresh = [at for at in free if self.meetings.last(member, self.ids[at]) is None]
        options = [(int(row[at]), self.ids[at]) for at in (fresh or free)[:COMPARED]]
        if not options:
            return None
        weighed = [(gain, other, self.exchange(member, other)) for gain, other in options]
        best = max(weighed, key=lambda option: (option[0], _worth(option[2])))
        return Alternative(
            member=member,
            rank=1 + int((row[seated] > now).sum()),
            instead=best[1],
            gain=best[0] - now,
            exchange=best[2],
            kept=self._kept(best[2]) if best[2] else None,
        )

    def exchange(self, one: str, other: str) -> Exchange | None:
        """The cheapest exchange that brings the two together."""
        mine, theirs = self.group_of[one], self.group_of[other]
        found = [
            self._exchanged(giver, taker, mine, theirs)
            for giver, taker in [
                *((buddy, other) for buddy in mine if buddy != one),
                *((one, buddy) for buddy in theirs if buddy != other),
            ]
        ]
        return max((each for each in found if each), key=_worth, default=None)

    def _exchanged(
        self, giver: str, taker: str, mine: tuple[str, ...], theirs: tuple[str, ...]
    ) -> Exchange | None:
        first = tuple(sorted({*mine, taker} - {giver}))
        second = tuple(sorted({*theirs, giver} - {taker}))
        if not (self.permits(first) and self.permits(second)):
            return None
        lost = self.weight(mine) + self.weight(theirs) - self.weight(first) - self.weight(second)
        again = self.meetings.repeats([first, second]) - self.meetings.repeats([mine, theirs])
        return Exchange(repeats=again, cost=lost, left=theirs, then=second)

    def _kept(self, found: Exchange) -> tuple[tuple[str, str], Preference] | None:
        """The rule by which those who are left would lose most, and two of them who satisfy it now."""
        scored = [
            (self._scored(found.left, rule) - self._scored(found.then, rule), at, rule)
            for at, rule in enumerate(self.policy.preferences)
        ]
        lost, _, rule = max(scored, default=(0, 0, None), key=lambda each: (each[0], -each[1]))
        if rule is None or lost <= 0:
            return None
        return max(pairs_of(found.left), key=lambda pair: self._scored(pair, rule)), rule

    def _scored(self, group: Iterable[str], rule: Preference) -> int:
        return sum(rule.score(self.people[one], self.people[other]) for one, other in pairs_of(group))


def _worth(found: Exchange | None) -> tuple[bool, int, int]:
    return (False, 0, 0) if found is None else (True, -max(found.repeats, 0), -found.cost)


def _ordinal(rank: int) -> str:
    if rank < len(ORDINALS):
        return ORDINALS[rank]
    ending = "th" if 10 <= rank % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending}"


def _kept(rule: Preference) -> str:
    return KEPT[rule.rule].format(rule.attribute.replace("_", " "))

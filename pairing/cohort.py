"""The people of one plan, their pair weights and agreed groups: what stays the same from round to round."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from random import Random

from pairing.compatibility import FORBIDDEN, Compatibility, Mask
from pairing.horizon import fresh_pairs, repeat_free_limit
from pairing.locks import Lock, mutual
from pairing.meetings import Meetings, pairs_of
from pairing.objective import Objective, objective
from pairing.policy import Person, Policy, Request


class Cohort:
    """People in an order that only the seed decides: ties fall by lot, whatever the order of the rows was."""

    def __init__(
        self,
        people: Mapping[str, Person],
        policy: Policy,
        *,
        requests: Sequence[Request],
        locks: Sequence[Lock],
        steady: Sequence[Lock] = (),
        size: int,
        random: Random,
    ) -> None:
        self.people, self.policy, self.requests, self.size = people, policy, tuple(requests), size
        self.ids = sorted(people)
        random.shuffle(self.ids)
        self.place = {id_: index for index, id_ in enumerate(self.ids)}
        self.weights = Compatibility([people[id_] for id_ in self.ids], policy, requests).matrix()
        self.locks = list(locks)
        self.steady = list(steady)  # groups that go on because only so many may change
        self.finished = [  # an agreed dyad may gain a third
            *(lock for lock in locks if len(lock) == 3 or size == 2),
            *self.steady,
        ]
        self.agreed_pairs = {pair for lock in (*locks, *steady) for pair in pairs_of(lock)}
        taken = {member for lock in self.finished for member in lock}
        self.pool = [index for index, id_ in enumerate(self.ids) if id_ not in taken]

    def weight(self, group: Iterable[str]) -> int:
        """The sum of the pair weights inside a permitted group of ids."""
        return sum(int(self.weights[self.place[one], self.place[other]]) for one, other in pairs_of(group))

    def permits(self, group: Iterable[str]) -> bool:
        """Whether no hard rule stands between any two of a group of ids."""
        return all(
            self.weights[self.place[one], self.place[other]] != FORBIDDEN for one, other in pairs_of(group)
        )

    def agreed(self, group: Iterable[str]) -> bool:
        """Whether a group holds an agreed one."""
        members = set(group)
        return any(members.issuperset(lock) for lock in self.locks)

    def goes_on(self, group: Iterable[str]) -> bool:
        """Whether a group holds one that goes on for the sake of steadiness."""
        members = set(group)
        return any(members.issuperset(lock) for lock in self.steady)

    def mutual(self, group: Iterable[str]) -> bool:
        """Whether two of a group asked for each other."""
        members = set(group)
        asked = mutual((request.asker, request.asked) for request in self.requests)
        return any(members.issuperset(pair) for pair in asked)

    def repeats(self, groups: Iterable[Iterable[str]], meetings: Meetings) -> int:
        """How many pairs inside the groups have met before; pairs that agreed to stay do not count."""
        pairs = (pair for group in groups for pair in pairs_of(group))
        return meetings.repeats(pair for pair in pairs if pair not in self.agreed_pairs)

    def goal(self, number: int, meetings: Meetings, *, wishes: bool) -> Objective:
        """What round `number` maximises over the pool; `wishes` says that mutual requests are to be
        honoured now."""
        seat = {self.ids[index]: at for at, index in enumerate(self.pool)}
        asked = mutual((request.asker, request.asked) for request in self.requests) if wishes else []
        wanted = [*asked, *(lock for lock in self.locks if len(lock) == 2)]
        pool = list(self.pool)
        return objective(
            self.weights[pool][:, pool],
            [self.ids[index] for index in pool],
            meetings,
            number=number,
            odd_size=5 - self.size,
            min_gap=self.policy.min_rounds_between_repeats,
            mutual=[(seat[one], seat[other]) for one, other in wanted if one in seat and other in seat],
        )

    @property
    def has_open_wishes(self) -> bool:
        """Whether some of the pool are to be together whatever is planned, of which designs know nothing."""
        seat = {self.ids[index] for index in self.pool}
        asked = mutual((request.asker, request.asked) for request in self.requests)
        return any(
            seat.issuperset(pair) for pair in (*asked, *(lock for lock in self.locks if len(lock) == 2))
        )

    def fresh(self, meetings: Meetings) -> Mask:
        """Which pairs of the pool may meet and have not met, by position in the pool."""
        met = [
            (self.place[one], self.place[other])
            for one, other, _ in meetings.pairs()
            if one in self.place and other in self.place
        ]
        fresh = fresh_pairs(self.weights != FORBIDDEN, met)
        return fresh[self.pool][:, self.pool]

    def pool_weight(self, groups: Iterable[Sequence[int]]) -> int:
        """The weight of groups given by position in the pool."""
        pairs = (pair for group in groups for pair in combinations(group, 2))
        return sum(int(self.weights[self.pool[one], self.pool[other]]) for one, other in pairs)

    def repeat_free_limit(self, meetings: Meetings, alone: Sequence[str]) -> int:
        """An upper bound on rounds without a repeat among those of the pool who can be placed."""
        seated = [at for at, index in enumerate(self.pool) if self.ids[index] not in alone]
        return repeat_free_limit(self.fresh(meetings)[seated][:, seated], self.size)

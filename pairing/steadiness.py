"""A maximum of change: which running groups go on, where a program lets only a share of them change in a round.

Chooses who stays; whom the others meet is the planner's business. Groups that somebody must leave change first, then
those in which somebody wants to, then those that have run longest, and among equals those that suit least.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from pairing.meetings import Past, pairs_of
from pairing.policy import Person, Policy

Ids = tuple[str, ...]


def steady_groups(
    running: Iterable[Iterable[str]],
    people: Mapping[str, Person],
    policy: Policy,
    *,
    most_change: int,
    history: Sequence[Past] = (),
    unsettled: Collection[str] = (),
) -> tuple[Ids, ...]:
    """The running groups that stay, so that at most `most_change` percent of them change, in order.

    `people` are those who take part, `unsettled` those who asked for another buddy. Of two groups or more at least two
    may change, for one alone has nobody to exchange with. Who must go, goes: then more may change than asked for.
    """
    groups = sorted(tuple(sorted(group)) for group in running)
    able = [group for group in groups if _may_stay(group, people, policy)]
    permitted = max(len(groups) * most_change // 100, min(2, len(groups)) if most_change else 0)
    room = max(0, permitted - (len(groups) - len(able)))

    def leaves_first(group: Ids) -> tuple[bool, int, int, Ids]:
        weight = sum(policy.weight(people[one], people[other]) for one, other in pairs_of(group))
        return set(group).isdisjoint(unsettled), -_lasted(history, group), weight, group

    return tuple(sorted(sorted(able, key=leaves_first)[room:]))


def _may_stay(group: Ids, people: Mapping[str, Person], policy: Policy) -> bool:
    return len(group) > 1 and all(
        one in people and other in people and policy.allows(people[one], people[other])
        for one, other in pairs_of(group)
    )


def _lasted(history: Sequence[Past], group: Ids) -> int:
    """In how many of the latest rounds without a break a group was together."""
    rounds = sorted({number for number, _ in history}, reverse=True)
    held = {number for number, members in history if members == frozenset(group)}
    return next((at for at, number in enumerate(rounds) if number not in held), len(rounds))

"""One round of a plan: the solver's answer in ids, agreed groups added, with its worth and its reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from pairing.cohort import Cohort
from pairing.dyads import dyads
from pairing.grouping import Group, Grouping, ceiling, score
from pairing.meetings import Meetings
from pairing.objective import Objective
from pairing.reasons import reasons
from pairing.time_limit import TimeLimit
from pairing.triads import triads

Ids = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The groups of one round. Ids are in order inside a group, groups in order of their first member."""

    number: int
    groups: tuple[Ids, ...]
    alone: Ids  # people whom no group could take in this round
    weight: int  # sum of the pair weights inside the groups
    bound: int  # proven: no groups that place as many, with as few repeats, weigh more
    optimal: bool
    repeats: int  # pairs that had met before; pairs that agreed to stay do not count
    reasons: Mapping[str, tuple[str, ...]]  # "a|b" -> sentences that reveal no never-rule


def best_round(
    cohort: Cohort,
    number: int,
    meetings: Meetings,
    *,
    wishes: bool,
    random: Random,
    limit: TimeLimit,
    given: Sequence[Group] | None = None,
) -> Round:
    """The best groups for one round, given everything that met before.

    `given` groups of the pool are taken instead, when later rounds depend on them; the bound is still the
    best's.
    """
    goal = cohort.goal(number, meetings, wishes=wishes)
    found = _taken(goal, cohort.size, given, limit) if given else _best(goal, cohort.size, random, limit)
    names = [cohort.ids[index] for index in cohort.pool]
    chosen = [tuple(sorted(names[member] for member in group)) for group in found.groups]
    agreed, alone = _joined(cohort, [names[member] for member in found.alone], meetings)
    groups = tuple(sorted([*chosen, *agreed]))
    weight = sum(cohort.weight(group) for group in groups)
    return Round(
        number=number,
        groups=groups,
        alone=tuple(sorted(alone)),
        weight=weight,
        bound=weight + _gap(goal, found),
        optimal=found.exact,
        repeats=cohort.repeats(groups, meetings),
        reasons={"|".join(group): _reasons(cohort, group, meetings) for group in groups},
    )


def _best(goal: Objective, size: int, random: Random, limit: TimeLimit) -> Grouping:
    return dyads(goal, limit) if size == 2 else triads(goal, random, limit)


def _taken(goal: Objective, size: int, groups: Sequence[Group], limit: TimeLimit) -> Grouping:
    """The groups as they are, with the best round's bound; for triads a bound that costs less to find."""
    total = score(goal, size, groups)
    bound = dyads(goal, limit).bound if size == 2 else ceiling(goal)
    return Grouping(groups=tuple(groups), alone=(), score=total, bound=max(total, bound))


def _joined(cohort: Cohort, alone: Sequence[str], meetings: Meetings) -> tuple[list[Ids], list[str]]:
    """The agreed groups, each dyad taking in one person who would be alone where the rules permit it."""
    agreed: list[Ids] = list(cohort.finished)
    over = []
    for id_ in sorted(alone):
        hosts = [lock for lock in agreed if len(lock) == 2 and cohort.permits((*lock, id_))]
        if not hosts:
            over.append(id_)
            continue
        host = min(
            hosts,
            key=lambda lock: (cohort.repeats([(*lock, id_)], meetings), -cohort.weight((*lock, id_)), lock),
        )
        agreed[agreed.index(host)] = tuple(sorted((*host, id_)))
    return agreed, over


def _gap(goal: Objective, found: Grouping) -> int:
    """How much more the solver's part of the round could weigh at most."""
    open_score = found.bound - found.score
    if open_score < goal.unit:  # too little to save a repeat: all of it would be weight
        return open_score
    plain = Objective(
        weights=goal.weights,
        allowed=goal.allowed,
        scores=goal.weights.clip(min=0),
        turn_costs=goal.turn_costs * 0,
        unit=goal.unit,
    )
    return max(0, ceiling(plain) - sum(goal.weight(group) for group in found.groups))


def _reasons(cohort: Cohort, group: Ids, meetings: Meetings) -> tuple[str, ...]:
    members = [cohort.people[id_] for id_ in group]
    return reasons(
        members,
        cohort.policy,
        meetings,
        size=cohort.size,
        requests=cohort.requests,
        locked=cohort.agreed(group),
        steady=cohort.goes_on(group),
    )

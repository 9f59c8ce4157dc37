"""Groups that are already agreed and stay as they are.

A never-rule beats an agreement; the clash is reported.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pairing.meetings import pairs_of
from pairing.policy import Person, Policy

Lock = tuple[str, ...]

GREATEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """An agreed group that could not be kept."""

    group: Lock
    why: str  # never names the rule: the rule may be a confidential one


def kept_locks(
    locks: Iterable[Iterable[str]], people: Mapping[str, Person], policy: Policy
) -> tuple[list[Lock], list[Conflict]]:
    """The agreements that hold this round, disjoint and in order, and those that cannot.

    People who take no part drop out of their agreements; agreements that share a member become one group of
    at most three.
    """
    kept: list[set[str]] = []
    conflicts: list[Conflict] = []
    for lock in sorted(tuple(sorted({id_ for id_ in lock if id_ in people})) for lock in locks):
        touched = [group for group in kept if group & set(lock)]
        union = set(lock).union(*touched)
        if len(lock) < 2:
            continue
        if not all(policy.allows(people[one], people[other]) for one, other in pairs_of(union)):
            conflicts.append(Conflict(group=lock, why="a rule of the program stands against this group"))
        elif len(union) > GREATEST:
            conflicts.append(
                Conflict(group=lock, why="together with other agreements it would exceed three people")
            )
        else:
            kept = [*(group for group in kept if group not in touched), union]
    return sorted(tuple(sorted(group)) for group in kept), conflicts


def undisturbed(
    groups: Iterable[Iterable[str]], locks: Iterable[Lock], people: Mapping[str, Person], policy: Policy
) -> list[Lock]:
    """Those of some disjoint groups that can go on as they are: all here, no rule between them, nobody agreed
    otherwise."""
    taken = {member for lock in locks for member in lock}
    return sorted(
        group
        for group in (tuple(sorted(group)) for group in groups)
        if 2 <= len(group) <= GREATEST
        and all(member in people and member not in taken for member in group)
        and all(policy.allows(people[one], people[other]) for one, other in pairs_of(group))
    )


def mutual(requests: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs who asked for each other, each once, in order."""
    asked = set(requests)
    return sorted((one, other) for one, other in asked if one < other and (other, one) in asked)

"""Why these people: the soft rules that spoke for and against a group, in plain sentences.

Built from preferences, requests and past rounds only. Hard rules are left out on purpose: a sentence about
one could reveal a confidential never-pair.
"""

from collections.abc import Collection, Iterable, Sequence

from pairing.meetings import Meetings, pairs_of
from pairing.policy import Person, Policy, Preference, Request, Rule
from pairing.working_hours import WORKING_HOURS, hours_a_week


def reasons(
    group: Sequence[Person],
    policy: Policy,
    meetings: Meetings,
    *,
    size: int,
    requests: Collection[Request] = (),
    locked: bool = False,
    steady: bool = False,
) -> tuple[str, ...]:
    """Sentences about one group, the strongest rule first; in a triad each sentence names the pair it is
    about."""
    people = {person.id: person for person in group}
    found = ["They agreed to stay together."] if locked else []
    if steady:
        found.append("They go on together: only some groups change in a round.")
    for one, other in pairs_of(people):
        lead = "" if len(group) == 2 else f"{one} and {other}: "
        sentences = [
            *_requested(one, other, requests),
            *compared(people[one], people[other], policy.preferences),
            *_met(meetings.last(one, other), locked or steady),
        ]
        found += [f"{lead}{sentence}" for sentence in sentences]
    if len(group) != size:
        found.append(_odd(len(group)))
    return tuple(found)


def _requested(one: str, other: str, requests: Iterable[Request]) -> list[str]:
    askers = {request.asker for request in requests if {request.asker, request.asked} == {one, other}}
    if len(askers) == 2:
        return ["They asked for each other."]
    return ["One of them asked for the other."] if askers else []


def _met(last: int | None, locked: bool) -> list[str]:
    return [] if last is None or locked else [f"They last met in round {last}."]


def _odd(length: int) -> str:
    if length == 3:
        return "Three, so that nobody is left alone."
    return "Two, because the number of people does not divide by three."


def compared(one: Person, other: Person, preferences: Iterable[Preference]) -> list[str]:
    """What the soft rules say of a pair, the strongest first."""
    strongest = sorted(preferences, key=lambda preference: -preference.weight)
    return [sentence for preference in strongest if (sentence := _sentence(one, other, preference))]


def _sentence(one: Person, other: Person, preference: Preference) -> str | None:
    """What one rule says of a pair; None where too little is known to say anything."""
    mine, theirs = one.values(preference.attribute), other.values(preference.attribute)
    if not mine or not theirs:
        return None
    shared = ", ".join(one.spelled(preference.attribute, mine & theirs))
    if preference.attribute == WORKING_HOURS and shared:
        shared = f"{hours_a_week(mine & theirs)} a week"
    name = preference.attribute.replace("_", " ")
    if preference.rule is Rule.NEAR:
        return _distance(one, other, preference, name)
    if preference.rule is Rule.DIFFERENT:
        return f"Against: same {name} ({shared})." if shared else f"For: different {name}."
    if preference.rule is Rule.OVERLAP:
        return f"For: {name} in common ({shared})." if shared else f"Against: no {name} in common."
    return f"For: same {name} ({shared})." if shared else f"Against: different {name}."


def _distance(one: Person, other: Person, preference: Preference, name: str) -> str | None:
    first, second = preference.position(one), preference.position(other)
    if first is None or second is None:
        return None
    steps = abs(first - second)
    if not steps:
        return f"For: same {name}."
    if 2 * preference.score(one, other) >= preference.weight:
        return f"For: close in {name} ({_steps(steps)})."
    return f"Against: far apart in {name} ({_steps(steps)})."


def _steps(steps: int) -> str:
    return f"{steps} step{'' if steps == 1 else 's'}"

"""How long partners stay fresh, beside plain matching in the same run.

`python -m benchmarks.rotation [PART ...] [--quick]`, parts: limits, quality, churn. Prints Markdown tables.
Weights come from six skewed attributes; every figure is counted from the groups, not taken from what the planner says.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from random import Random
from time import perf_counter

import numpy as np

from benchmarks.hindsight import unavoidable
from pairing.horizon import repeat_free_limit
from pairing.plan import Plan, plan
from pairing.policy import Person, Policy, Preference, Rule

ATTRIBUTES = {"specialty": 30, "seniority": 20, "site": 17, "shift": 11, "language": 7, "hobby": 3}
POLICY = Policy(
    preferences=tuple(
        Preference(attribute=name, rule=Rule.SAME, weight=weight) for name, weight in ATTRIBUTES.items()
    )
)
FREE = 0.7  # of the rounds, whose weight is compared with choosing the best each time
CHURN_ROUNDS = 100


def cohort(people: int, seed: int = 0) -> list[Person]:
    """People with skewed attributes."""
    random = Random(people * 1000 + seed)
    return [_person(f"p{number:04}", random) for number in range(people)]


def _person(id_: str, random: Random) -> Person:
    values = {name: frozenset({str(random.choices(range(4), (4, 3, 2, 1))[0])}) for name in ATTRIBUTES}
    return Person(id=id_, attributes=values)


def fresh_rounds(found: Plan) -> int:
    """Leading rounds of a plan in which nobody meets a former partner, counted from the groups."""
    met: set[tuple[str, str]] = set()
    for at, each in enumerate(found.rounds):
        pairs = [pair for group in each.groups for pair in combinations(sorted(group), 2)]
        if not met.isdisjoint(pairs):
            return at
        met.update(pairs)
    return len(found.rounds)


def limit_of(people: int, size: int) -> int:
    """No planner could have more repeat-free rounds of a complete cohort."""
    return repeat_free_limit(~np.eye(people, dtype=np.bool_), size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What a full horizon came to."""

    people: int
    limit: int
    without_rules: int
    with_rules: int
    seconds: float


def reached(people: int, size: int) -> Reached:
    """A full horizon without rules, and with soft ones."""
    limit = limit_of(people, size)
    started = perf_counter()
    plain = plan(cohort(people), Policy(), size=size, rounds=max(1, limit))
    ruled = plan(cohort(people), POLICY, size=size, rounds=max(1, limit))
    return Reached(
        people=people,
        limit=limit,
        without_rules=fresh_rounds(plain),
        with_rules=fresh_rounds(ruled),
        seconds=perf_counter() - started,
    )


def limits(quick: bool = False) -> Iterator[str]:
    """Lines of a table: families of sizes, how many reach their limit, and which fall short."""
    yield "| groups | people | reach the limit | fall short (people: reached of limit) | slowest, seconds |"
    yield "|---|---|---|---|---|"
    families: tuple[tuple[str, int, Sequence[int]], ...] = (
        ("dyads, even", 2, range(2, 41 if quick else 101, 2)),
        ("dyads, odd", 2, range(3, 26 if quick else 41, 2)),
        ("triads, whole", 3, range(9, 31 if quick else 130, 3)),
        ("triads, mixed", 3, [n for n in range(4, 24 if quick else 41) if n % 3]),
    )
    for name, size, sizes in families:
        rows = [reached(people, size) for people in sizes]
        short = [row for row in rows if min(row.without_rules, row.with_rules) < row.limit]
        told = ", ".join(
            f"{row.people}: {min(row.without_rules, row.with_rules)} of {row.limit}" for row in short
        )
        yield (
            f"| {name} | {sizes[0]} to {sizes[-1]} | {len(rows) - len(short)} of {len(rows)} | {told or 'none'} "
            f"| {max(row.seconds for row in rows):.1f} |"
        )


def quality(quick: bool = False) -> Iterator[str]:
    """Weight over the first 70 % of a full horizon, as a share of taking the best round each time."""
    yield "\n| dyads | rounds | repeat-free | weight of the first 70 %, to the best each time |\n|---|---|---|---|"
    for people in (10, 20, 40) if quick else (8, 10, 12, 16, 20, 30, 40, 60, 80, 100):
        rounds = people - 1
        free = int(FREE * rounds)
        whole = plan(cohort(people), POLICY, rounds=rounds)
        greedy = plan(cohort(people), POLICY, rounds=free)
        share = sum(each.weight for each in whole.rounds[:free]) / sum(each.weight for each in greedy.rounds)
        yield f"| {people} | {rounds} | {fresh_rounds(whole)} | {share:.4f} |"


@dataclass(slots=True, kw_only=True)
class Years:
    """Rounds of a cohort in which people come and go, counted as they pass."""

    repeats: int = 0
    forced: float = 0.0
    present: list[frozenset[str]] = field(default_factory=list)
    least_gap: int | None = None


def years(people: int, share: float, *, look_ahead: int, rounds: int = CHURN_ROUNDS, seed: int = 1) -> Years:
    """`rounds` rounds planned one at a time; in each a `share` of the people leaves and is replaced."""
    random = Random(seed)
    active = cohort(people, seed)
    past: list[tuple[int, frozenset[str]]] = []
    last: dict[tuple[str, str], int] = {}
    attended: dict[str, int] = {}
    seen: dict[str, set[str]] = {}
    counted, due, joined = Years(), 0.0, people
    for number in range(1, rounds + 1):
        best = plan(
            active, POLICY, history=past, first_round=number, seed=seed, look_ahead=look_ahead
        ).rounds[0]
        ids = {person.id for person in active}
        counted.present.append(frozenset(ids))
        for id_ in ids:
            attended[id_] = attended.get(id_, 0) + 1
            seen.setdefault(id_, set()).update(ids - {id_})
        for group in best.groups:
            past.append((number, frozenset(group)))
            for pair in combinations(sorted(group), 2):
                if pair in last:
                    counted.repeats += 1
                    gap = number - last[pair]
                    counted.least_gap = min(gap, counted.least_gap or gap)
                last[pair] = number
        due += share * people
        for _ in range(int(due)):
            due -= 1
            joined += 1
            active[random.randrange(people)] = _person(f"p{joined:04}", random)
    counted.forced = sum(max(0, attended[one] - len(seen[one])) for one in attended) / 2
    return counted


def churn(quick: bool = False) -> Iterator[str]:
    """Repeats beyond those that are forced, with and without looking ahead, and the least gap between two meetings.

    Counting knows how long each is there and whom they could meet; hindsight also that the others have no more time.
    """
    yield (
        "\n| people | leave each round | forced, by counting | forced, in hindsight | beyond that, plain "
        "| beyond, ahead | least gap, plain | ahead |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for people in (20, 40) if quick else (20, 40, 200):
        for share in (0.0, 0.01, 0.02, 0.05, 0.10):
            plain = years(people, share, look_ahead=0)
            ahead = years(people, share, look_ahead=people)
            known = unavoidable(plain.present)
            forced = plain.forced if known is None else known
            yield (
                f"| {people} | {share:.0%} | {plain.forced:.0f} | {'–' if known is None else f'{known:.0f}'} "
                f"| {plain.repeats - forced:.0f} | {ahead.repeats - forced:.0f} "
                f"| {plain.least_gap or '–'} | {ahead.least_gap or '–'} |"
            )


PARTS = {"limits": limits, "quality": quality, "churn": churn}

if __name__ == "__main__":
    wanted = [part for part in sys.argv[1:] if part in PARTS] or list(PARTS)
    for part in wanted:
        for line in PARTS[part]("--quick" in sys.argv):
            print(line, flush=True)

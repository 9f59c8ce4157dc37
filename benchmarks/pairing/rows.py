"""The rows of the report, each a function that returns the lines of a Markdown table."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter

from benchmarks.pairing import peers
from benchmarks.pairing.cohorts import cohort
from pairing.kirkman import kirkman
from pairing.plan import plan
from pairing.policy import Policy, Preference, Rule
from pairing.standing import StandingGroups

Row = Callable[[bool], Iterator[str]]  # whether the short form is wanted -> lines

RUNS = 3


def dense(quick: bool) -> Iterator[str]:
    """Exact dyads beside rustworkx and networkx."""
    cap = 20.0 if quick else peers.CAP
    yield "| people | seconds | rustworkx | networkx | same weight |\n|---|---|---|---|---|"
    peers.timed(peers.ours, 700, 0)  # compiles
    for people in (100, 300, 1000) if quick else (100, 300, 1000, 2000):
        runs = 1 if quick else RUNS
        mine = [peers.timed(peers.ours, people, seed) for seed in range(runs)]
        cells, same = [], True
        for peer in (peers.by_rustworkx, peers.by_networkx):
            cell, agree = _beside(peer, people, mine, cap)
            cells.append(cell)
            same &= agree
        seconds = median(second for second, _ in mine)
        yield f"| {people:,} | {seconds:.3f} | {' | '.join(cells)} | {'yes' if same else 'NO'} |"


def _beside(
    peer: Callable[..., peers.Pairs], people: int, mine: list[tuple[float, int]], cap: float
) -> tuple[str, bool]:
    """A peer's time as a multiple of ours, and whether the weights agree; a run that is stopped ends it."""
    ratios, same = [], True
    for seed, (seconds, total) in enumerate(mine):
        answer = peers.capped(peer, people, seed, cap)
        if answer is None:
            return f"≥ {cap / seconds:,.0f} times", same
        ratios.append(answer[0] / seconds)
        same &= answer[1] == total
        if answer[0] > cap / 10:
            break
    return f"{median(ratios):,.1f} times", same


def large(quick: bool) -> Iterator[str]:
    """Dyads with a certified bound where no table of all pairs is held; each size in a process of its own."""
    yield "| people | groups | weight ÷ bound | seconds | peak memory, MB |\n|---|---|---|---|---|"
    for people in (5_000, 10_000) if quick else (5_000, 10_000, 30_000, 100_000):
        yield _fresh("benchmarks.pairing.one_large", people)


def triads(quick: bool) -> Iterator[str]:
    """Triads: proven up to 60, beside the linear program's bound beyond."""
    yield "| people | weight ÷ bound | seconds |\n|---|---|---|"
    plan(cohort(33)[0], cohort(33)[1], size=3)  # compiles
    for people in (30, 45, 60, 99) if quick else (30, 45, 60, 99, 300, 999):
        everybody, policy = cohort(people)
        started = perf_counter()
        found = plan(everybody, policy, size=3).rounds[0]
        proven = " (proven best)" if found.optimal else ""
        yield f"| {people} | {found.weight / found.bound:.4f}{proven} | {perf_counter() - started:.2f} |"


def repeat_free(quick: bool) -> Iterator[str]:
    """Rounds without a repeat where as many as the limit are asked for."""
    soft = Policy(
        preferences=tuple(Preference(attribute=f"attribute{at}", rule=Rule.SAME, weight=9) for at in range(3))
    )
    yield "| size | people | rules | short of the limit |\n|---|---|---|---|"
    even = range(4, 41, 12) if quick else range(2, 101, 2)
    threes = [people for people in (range(9, 31, 3) if quick else range(9, 61, 3)) if people != 12]
    mixed = [people for people in (range(5, 20, 4) if quick else range(5, 41)) if people % 2 or people % 3]
    for size, counts, policy, told in (
        (2, even, Policy(), "none"),
        (2, even if quick else range(4, 101, 8), soft, "soft"),
        (3, threes, Policy(), "none"),
        (2, [people for people in mixed if people % 2], Policy(), "none"),
        (3, [people for people in mixed if people % 3], Policy(), "none"),
    ):
        short = [each for people in counts if (each := _short(people, size, policy))]
        yield f"| {size} | {min(counts)} to {max(counts)} | {told} | {', '.join(short) or 'nobody'} |"
    missing = [people for people in range(9, 130, 3) if kirkman(people) is None]
    yield f"\nDesigns of triads, 9 to 129 by threes: every size but {missing}."


def _short(people: int, size: int, policy: Policy) -> str:
    everybody, _ = cohort(people)
    limit = plan(everybody, policy, size=size).repeat_free_limit
    reached = plan(everybody, policy, size=size, rounds=max(1, limit)).repeat_free_rounds
    return "" if reached >= limit else f"{people} ({reached} of {limit})"


def leaver(quick: bool) -> Iterator[str]:
    """One who leaves in the middle of a round."""
    yield "| people | groups changed | milliseconds | once, to read the groups, seconds |\n|---|---|---|---|"
    for people in (10_000,) if quick else (10_000, 100_000):
        everybody, policy = cohort(people)
        groups = [(one.id, other.id) for one, other in zip(everybody[::2], everybody[1::2], strict=True)]
        started = perf_counter()
        standing = StandingGroups(groups, people=everybody, policy=policy)
        built = perf_counter() - started
        times, changed = [], 0
        for person in everybody[5:505:50]:
            started = perf_counter()
            change = standing.leave(person.id)
            times.append(perf_counter() - started)
            changed = max(changed, len(change.formed))
        yield f"| {people:,} | {changed} | {1000 * median(times):.1f} | {built:.1f} |"


def fresh(quick: bool) -> Iterator[str]:
    """The first answer of a fresh process, imports included."""
    yield "| people | seconds | numba imported |\n|---|---|---|"
    times = []
    for _ in range(1 if quick else RUNS):
        started = perf_counter()
        imported = _fresh("benchmarks.pairing.one_small", 240)
        times.append(perf_counter() - started)
    yield f"| 240 | {median(times):.2f} | {imported} |"


def _fresh(module: str, people: int) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, str(people)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


ROWS: dict[str, Row] = {
    "dense": dense,
    "large": large,
    "triads": triads,
    "repeat-free": repeat_free,
    "leaver": leaver,
    "fresh": fresh,
}


def rotation_rows() -> dict[str, Row]:
    """Rows that `benchmarks.rotation` adds, where it has a table PARTS of the same form."""
    try:
        from benchmarks import rotation
    except ImportError:
        return {}
    return dict(getattr(rotation, "PARTS", {}))

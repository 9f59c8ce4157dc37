"""How good and how fast pairing is, beside its peers in the same run: `python -m benchmarks.pairing [SIZE ...]`.

Prints Markdown tables. Weights come from ten skewed attributes with 5 % forbidden pairs; times are seconds of one
process, medians of RUNS after a warm-up; peers get the same weights. Needs the extra `large` for sizes above 600.
"""

import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter

import networkx
import numpy as np
import rustworkx

from pairing import triad_program
from pairing.compatibility import Mask, Weights
from pairing.kirkman import kirkman
from pairing.matching import priced_matching
from pairing.plan import plan
from pairing.policy import Person, Policy, Preference, Rule

RUNS = 3
SIZES = (100, 300, 1000, 2000)
NETWORKX_UP_TO = 300  # people; beyond it takes minutes
RUSTWORKX_UP_TO = 1000


def attribute_weights(people: int, seed: int) -> tuple[Weights, Mask]:
    """Weights with many ties, and which pairs are allowed."""
    random = np.random.default_rng(seed)
    weights = np.zeros((people, people), dtype=np.int64)
    for _ in range(10):
        values = random.choice(6, people, p=random.dirichlet(np.ones(6) * 0.7))
        weights += (values[:, None] == values[None, :]) * int(random.integers(1, 50))
    forbidden = np.triu(random.random((people, people)) < 0.05, 1)
    allowed = ~(forbidden | forbidden.T | np.eye(people, dtype=np.bool_))
    return weights, allowed


def edges(weights: Weights, allowed: Mask) -> list[tuple[int, int, int]]:
    rows, columns = np.nonzero(np.triu(allowed, 1))
    return list(zip(rows.tolist(), columns.tolist(), weights[rows, columns].tolist(), strict=True))


def ours(weights: Weights, allowed: Mask) -> list[tuple[int, int]]:
    return priced_matching(weights, allowed).pairs


def by_rustworkx(weights: Weights, allowed: Mask) -> list[tuple[int, int]]:
    graph: rustworkx.PyGraph[int, int] = rustworkx.PyGraph()
    graph.add_nodes_from(range(len(weights)))
    graph.add_edges_from(edges(weights, allowed))
    return list(rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=int))


def by_networkx(weights: Weights, allowed: Mask) -> list[tuple[int, int]]:
    graph: networkx.Graph[int] = networkx.Graph()
    graph.add_weighted_edges_from(edges(weights, allowed))
    return list(networkx.max_weight_matching(graph, maxcardinality=True))


def timed(
    solver: Callable[[Weights, Mask], list[tuple[int, int]]], people: int, runs: int
) -> tuple[list[float], list[int]]:
    """Seconds and total weight of each run, on the same instances whoever solves them."""
    seconds, totals = [], []
    for seed in range(runs):
        weights, allowed = attribute_weights(people, seed)
        started = perf_counter()
        pairs = solver(weights, allowed)
        seconds.append(perf_counter() - started)
        totals.append(int(sum(weights[pair] for pair in pairs)))
    return seconds, totals


def dyads(sizes: list[int]) -> None:
    """Exact pairs: our time, the peers' times as multiples of it, and whether all found the same weight."""
    print("| dyads | seconds | rustworkx | networkx | same weight |\n|---|---|---|---|---|")
    for people in sizes:
        timed(ours, people, 1)  # compiles what this size needs
        seconds, totals = timed(ours, people, RUNS)
        cells, same = [], True
        for peer, most in ((by_rustworkx, RUSTWORKX_UP_TO), (by_networkx, NETWORKX_UP_TO)):
            if people > most:
                cells.append("not run")
                continue
            runs = RUNS if people <= NETWORKX_UP_TO else 1
            peer_seconds, peer_totals = timed(peer, people, runs)
            ratios = [theirs / mine for theirs, mine in zip(peer_seconds, seconds, strict=False)]
            cells.append(f"{median(ratios):.0f} times as long")
            same &= peer_totals == totals[:runs]
        print(
            f"| {people} | {median(seconds):.3f} | {' | '.join(cells)} | {'yes' if same else 'NO'} |",
            flush=True,
        )


def cohort(people: int) -> list[Person]:
    random = np.random.default_rng(people)
    return [
        Person(id=f"p{number:04}", attributes={name: frozenset({str(random.integers(4))}) for name in "abc"})
        for number in range(people)
    ]


POLICY = Policy(preferences=tuple(Preference(attribute=name, rule=Rule.SAME, weight=10) for name in "abc"))


def rotations() -> None:
    """Repeat-free rounds reached where every round up to the limit is asked for, with soft rules."""
    print("\n| people | size | limit | reached | seconds |\n|---|---|---|---|---|")
    for size, counts in ((2, (10, 20, 40, 100, 9, 15, 21, 39)), (3, (12, 20, 31))):
        for people in counts:
            limit = plan(cohort(people), Policy(), size=size).repeat_free_limit
            started = perf_counter()
            found = plan(cohort(people), POLICY, size=size, rounds=limit)
            print(
                f"| {people} | {size} | {limit} | {found.repeat_free_rounds} | {perf_counter() - started:.2f} |"
            )
    sizes = range(9, 130, 3)
    short = [people for people in sizes if kirkman(people) is None]
    print(f"\nTriads, 9 to 129 by threes: every size reaches its limit but {short}.")


def triads() -> None:
    """Weight of the search as a share of the exact program's, and both times."""
    print("\n| triads | exact, seconds | weight ÷ bound |\n|---|---|---|")
    for people in (30, 45, 60, 99, 240):
        started = perf_counter()
        found = plan(cohort(people), POLICY, size=3).rounds[0]
        exact = "" if triad_program.AVAILABLE and people <= triad_program.MOST else " (searched)"
        print(
            f"| {people} | {perf_counter() - started:.2f}{exact} | {found.weight / found.bound:.4f} |",
            flush=True,
        )


if __name__ == "__main__":
    dyads([int(argument) for argument in sys.argv[1:]] or list(SIZES))
    rotations()
    triads()

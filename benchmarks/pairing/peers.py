"""The peers: the same weights matched by networkx and rustworkx, in a process of their own that can be stopped."""

from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import perf_counter

from benchmarks.pairing.cohorts import attribute_weights
from pairing.compatibility import Mask, Weights
from pairing.matching import priced_matching

CAP = 300.0  # seconds after which a peer is stopped and reported as "≥"

Pairs = list[tuple[int, int]]


def edges(weights: Weights, allowed: Mask) -> list[tuple[int, int, int]]:
    import numpy as np

    rows, columns = np.nonzero(np.triu(allowed, 1))
    return list(zip(rows.tolist(), columns.tolist(), weights[rows, columns].tolist(), strict=True))


def ours(weights: Weights, allowed: Mask) -> Pairs:
    return priced_matching(weights, allowed).pairs


def by_rustworkx(weights: Weights, allowed: Mask) -> Pairs:
    import rustworkx

    graph: rustworkx.PyGraph[int, int] = rustworkx.PyGraph()
    graph.add_nodes_from(range(len(weights)))
    graph.add_edges_from(edges(weights, allowed))
    return list(rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=int))


def by_networkx(weights: Weights, allowed: Mask) -> Pairs:
    import networkx

    graph: networkx.Graph[int] = networkx.Graph()
    graph.add_weighted_edges_from(edges(weights, allowed))
    return list(networkx.max_weight_matching(graph, maxcardinality=True))


def timed(solver: Callable[[Weights, Mask], Pairs], people: int, seed: int) -> tuple[float, int]:
    """Seconds and total weight of one run; the table of weights is not part of the time."""
    weights, allowed = attribute_weights(people, seed)
    started = perf_counter()
    pairs = solver(weights, allowed)
    seconds = perf_counter() - started
    return seconds, int(sum(weights[pair] for pair in pairs))


def capped(
    solver: Callable[[Weights, Mask], Pairs], people: int, seed: int, cap: float
) -> tuple[float, int] | None:
    """The same in another process; None when it took longer than `cap` seconds."""
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(there, solver, people, seed))
    process.start()
    found: tuple[float, int] | None = here.recv() if here.poll(cap) else None
    process.terminate()
    process.join()
    return found


def _answer(back: Connection, solver: Callable[[Weights, Mask], Pairs], people: int, seed: int) -> None:
    back.send(timed(solver, people, seed))

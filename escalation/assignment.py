"""Assigns several requests to supporters at once: as many as can be, and among those ways the best one in all.

A maximum-weight matching of maximum cardinality in a bipartite graph: cases on one side, on the other a place for
each case that a supporter may still take. Exact (networkx, blossom algorithm after Galil).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from escalation.supporters import Bar, CaseNeeds, Fit, MatchingRules, SupporterFacts, fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Who takes what, what that is worth in all, and which cases nobody can take, with the rules in the way."""

    pairs: tuple[Fit, ...]
    weight: int
    unplaced: Mapping[str, Mapping[Bar, int]]  # case -> rule -> how many supporters it keeps away


def ranked(case: CaseNeeds, pool: Sequence[SupporterFacts], rules: MatchingRules) -> list[Fit]:
    """Everybody of the pool for one case: who may take it first, best first; then the others, nearest first."""
    fits = [fit(supporter, case, rules) for supporter in pool]
    return sorted(fits, key=lambda one: (len(one.bars), -one.score, one.supporter))


def assign(cases: Sequence[CaseNeeds], pool: Sequence[SupporterFacts], rules: MatchingRules) -> Assignment:
    """The best assignment of all `cases` together.

    A further case in one pair of hands is worth less by `rules.load`, as when it is looked at alone. The same input
    gives the same answer.
    """
    graph: nx.Graph[tuple[str, str, int]] = nx.Graph()
    fits: dict[tuple[str, str], Fit] = {}
    for case in sorted(cases, key=lambda one: one.id):
        for supporter in sorted(pool, key=lambda one: one.id):
            found = fit(supporter, case, rules)
            if found.bars:
                continue
            fits[case.id, supporter.id] = found
            for place in range(min(supporter.cap - supporter.load, len(cases))):
                worth = _worth(found, place, rules)
                graph.add_edge(("case", case.id, 0), ("supporter", supporter.id, place), weight=worth)
    chosen: dict[str, Fit] = {}
    weight = 0
    for one, other in nx.max_weight_matching(graph, maxcardinality=True):
        (_, case_id, _), (_, supporter_id, _) = sorted((one, other))
        chosen[case_id] = fits[case_id, supporter_id]
        weight += graph.edges[one, other]["weight"]
    left = [case for case in cases if case.id not in chosen]
    return Assignment(
        pairs=tuple(chosen[case_id] for case_id in sorted(chosen)),
        weight=weight,
        unplaced={case.id: bars_of(case, pool, rules) for case in left},
    )


def _worth(found: Fit, place: int, rules: MatchingRules) -> int:
    return found.score * 10 - place * rules.load * 10


def bars_of(case: CaseNeeds, pool: Sequence[SupporterFacts], rules: MatchingRules) -> dict[Bar, int]:
    """Rule -> how many of the pool it keeps from that case, the most frequent first."""
    counts: dict[Bar, int] = {}
    for supporter in pool:
        for bar in fit(supporter, case, rules).bars:
            counts[bar] = counts.get(bar, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

"""Whether a round brings people together again who met before although fresh partners were there for all."""

from datetime import datetime
from itertools import combinations

import rustworkx

from engine.deployment import Deployment
from engine.pairing_input import pairing_input
from engine.rotate import RoundPlan
from store.cohorts import cohort_by_name


def repeats_without_need(deployment: Deployment, planned: RoundPlan, now: datetime) -> int:
    """The repeats of that round of dyads, or 0 where no matching of as many people would do without.

    Asked before the round counts as history: `planned` was just published, so it is left out of it. Rules of
    the program are not asked; with rules a forced repeat counts as needless, never the other way round.
    """
    with deployment.database.reads() as session:
        cohort = cohort_by_name(session, planned.cohort)
        if cohort is None:
            return 0
        given = pairing_input(session, deployment, cohort.id, now)
    met = {
        frozenset(pair)
        for number, group in given.history
        if number < planned.number
        for pair in combinations(sorted(group), 2)
    }
    people = sorted(person.id for person in given.people)
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(people)
    graph.add_edges_from(
        [
            (one, other, 1)
            for one, other in combinations(range(len(people)), 2)
            if frozenset((people[one], people[other])) not in met
        ]
    )
    fresh = rustworkx.max_weight_matching(graph, max_cardinality=True)
    return planned.repeats if 2 * len(fresh) >= len(people) - len(people) % 2 else 0

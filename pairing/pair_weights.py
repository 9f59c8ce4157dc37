"""The pairs that were in question for the first round and the weights it maximised: what an outside check
needs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pairing.cohort import Cohort
from pairing.compatibility import FORBIDDEN, Compatibility, Weights
from pairing.meetings import Meetings
from pairing.policy import Person, Policy, Request
from pairing.rounds import Round


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairWeights:
    """Iterates over (id, id, weight), each pair once, in order of ids."""

    ids: tuple[str, ...]
    weights: Weights  # n by n in the order of ids; FORBIDDEN where a pair was out of the question

    def __iter__(self) -> Iterator[tuple[str, str, int]]:
        for row, one in enumerate(self.ids):
            for column, weight in enumerate(self.weights[row, row + 1 :].tolist(), row + 1):
                if weight != FORBIDDEN:
                    yield one, self.ids[column], weight


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LargePairWeights:
    """The same of a large cohort, worked out while it is read: every pair that no hard rule stands between."""

    people: Mapping[str, Person]
    policy: Policy
    requests: Sequence[Request]

    def __iter__(self) -> Iterator[tuple[str, str, int]]:
        ids = sorted(self.people)
        weights = Compatibility([self.people[id_] for id_ in ids], self.policy, self.requests)
        for row, one in enumerate(ids):
            for column, weight in enumerate(
                weights.block(slice(row, row + 1), slice(row + 1, None))[0].tolist()
            ):
                if weight != FORBIDDEN:
                    yield one, ids[row + 1 + column], weight


def pair_weights(cohort: Cohort, meetings: Meetings, first: Round) -> PairWeights:
    """The permitted pairs, without former partners when the round got by without a repeat.

    People of an agreed group, or of a pair who asked for each other and got it, were free for nobody else.
    """
    ids = sorted(cohort.ids)
    order = [cohort.place[id_] for id_ in ids]
    weights = cohort.weights[order][:, order]
    seat = {id_: index for index, id_ in enumerate(ids)}
    if first.repeats == 0:
        for one, other, _ in meetings.pairs():
            if one in seat and other in seat and (one, other) not in cohort.agreed_pairs:
                weights[seat[one], seat[other]] = weights[seat[other], seat[one]] = FORBIDDEN
    for group in first.groups:
        if cohort.agreed(group) or cohort.goes_on(group) or cohort.mutual(group):
            members = [seat[id_] for id_ in group]
            inside = weights[members][:, members]
            weights[members, :] = weights[:, members] = FORBIDDEN
            for row, member in enumerate(members):
                weights[member, members] = inside[row]
    return PairWeights(ids=tuple(ids), weights=weights)

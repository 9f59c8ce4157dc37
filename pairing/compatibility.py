"""The compatibility of a whole cohort: integer weights between people, hard rules as missing edges.

Computes in blocks with numpy what `pairing.policy` says of single pairs; chooses nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pairing.policy import Person, Policy, PolicyFault, Preference, Prohibition, Request, Rule, comparable

if TYPE_CHECKING:
    import networkx

Weights = NDArray[np.int64]
Mask = NDArray[np.bool_]
Block = NDArray[Any]

FORBIDDEN = -1  # in a weight matrix: these two may never share a group

Comparison = Callable[[slice, slice], Block]  # rows and columns of the cohort -> one value a pair


class Compatibility:
    """The pair weights of a cohort in the order of `people`, by blocks: n² numbers need never be held."""

    def __init__(self, people: Sequence[Person], policy: Policy, requests: Iterable[Request] = ()) -> None:
        self.ids = [person.id for person in people]
        self.place = {id_: index for index, id_ in enumerate(self.ids)}
        if len(self.place) != len(self.ids):
            raise PolicyFault("two people have the same id")
        self._scores = [_score(people, preference) for preference in policy.preferences]
        self._bans = [_ban(people, prohibition) for prohibition in policy.prohibitions]
        self._never = [pair for pair in map(self._indices, policy.never) if pair]
        self._asked = self._requested(requests, policy)

    def __len__(self) -> int:
        return len(self.ids)

    def _indices(self, pair: frozenset[str]) -> tuple[int, int] | None:
        found = sorted(self.place[id_] for id_ in pair if id_ in self.place)
        return (found[0], found[1]) if len(found) == 2 else None

    def _requested(self, requests: Iterable[Request], policy: Policy) -> list[tuple[int, int, int]]:
        asked: dict[tuple[str, str], int] = {}
        for request in requests:
            weight = policy.request_weight if request.weight is None else request.weight
            asked[request.asker, request.asked] = max(weight, asked.get((request.asker, request.asked), 0))
        pairs = ((self._indices(frozenset(pair)), weight) for pair, weight in asked.items())
        return [(*pair, weight) for pair, weight in pairs if pair]

    def block(self, rows: slice, columns: slice) -> Weights:
        """The weights between two stretches of the cohort, FORBIDDEN where a hard rule (or identity) says
        so."""
        first, last = rows.indices(len(self))[:2]
        left, right = columns.indices(len(self))[:2]
        weights = np.zeros((max(0, last - first), max(0, right - left)), dtype=np.int64)
        for score in self._scores:
            weights += score(rows, columns)
        for one, other, weight in self._asked:
            for row, column in ((one, other), (other, one)):
                if first <= row < last and left <= column < right:
                    weights[row - first, column - left] += weight
        for ban in self._bans:
            weights[ban(rows, columns)] = FORBIDDEN
        for one, other in self._never:
            for row, column in ((one, other), (other, one)):
                if first <= row < last and left <= column < right:
                    weights[row - first, column - left] = FORBIDDEN
        for both in range(max(first, left), min(last, right)):
            weights[both - first, both - left] = FORBIDDEN
        return weights

    def matrix(self) -> Weights:
        """All pair weights, n by n and symmetric."""
        return self.block(slice(None), slice(None))


def compatibility_graph(
    people: Sequence[Person], policy: Policy, requests: Iterable[Request] = ()
) -> "networkx.Graph[str]":
    """The model itself: people as nodes, an edge with an integer `weight` where no hard rule stands
    between."""
    import networkx

    ordered = sorted(people, key=lambda person: person.id)
    weights = Compatibility(ordered, policy, requests).matrix()
    graph: networkx.Graph[str] = networkx.Graph()
    graph.add_nodes_from(person.id for person in ordered)
    rows, columns = np.nonzero(np.triu(weights >= 0, 1))
    graph.add_weighted_edges_from(
        (ordered[row].id, ordered[column].id, int(weights[row, column]))
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    )
    return graph


def _held(people: Sequence[Person], attribute: str) -> Block:
    """One row a person, one column a value: 1 where the person holds the value."""
    held = [person.values(attribute) for person in people]
    names = {value: column for column, value in enumerate(sorted(frozenset().union(*held)))}
    table = np.zeros((len(people), len(names)), dtype=np.float32)  # exact for counts, and multiplied by BLAS
    for row, values in enumerate(held):
        for value in values:
            table[row, names[value]] = 1
    return table


def _shared(people: Sequence[Person], attribute: str) -> tuple[Comparison, Comparison]:
    """Two comparisons: whether two people share a value, and whether something is known of both."""
    held = [person.values(attribute) for person in people]
    known = np.array([bool(values) for values in held], dtype=np.bool_)
    if all(len(values) <= 1 for values in held):
        names: dict[str, int] = {}
        codes = np.array(
            [names.setdefault(min(has), len(names)) if has else -1 for has in held], dtype=np.int32
        )
        return (
            lambda rows, columns: (codes[rows, None] == codes[None, columns]) & known[rows, None],
            lambda rows, columns: known[rows, None] & known[None, columns],
        )
    table = _held(people, attribute)
    return (
        lambda rows, columns: (table[rows] @ table[columns].T) > 0,
        lambda rows, columns: known[rows, None] & known[None, columns],
    )


def _score(people: Sequence[Person], preference: Preference) -> Comparison:
    if preference.rule is Rule.NEAR:
        return _nearness(people, preference)
    if preference.rule is Rule.OVERLAP:
        return _overlap(people, preference)
    shared, known = _shared(people, preference.attribute)
    weight = np.int64(preference.weight)
    if preference.rule is Rule.SAME:
        return lambda rows, columns: shared(rows, columns) * weight
    return lambda rows, columns: (known(rows, columns) & ~shared(rows, columns)) * weight


def _nearness(people: Sequence[Person], preference: Preference) -> Comparison:
    steps = [preference.position(person) for person in people]
    position = np.array([-1 if step is None else step for step in steps], dtype=np.int64)
    length = len(preference.scale) - 1

    def score(rows: slice, columns: slice) -> Block:
        closeness = length - np.abs(position[rows, None] - position[None, columns])
        known = (position[rows, None] >= 0) & (position[None, columns] >= 0)
        return np.where(known, (2 * preference.weight * closeness + length) // (2 * length), 0)

    return score


def _overlap(people: Sequence[Person], preference: Preference) -> Comparison:
    table = _held(people, preference.attribute)
    count = table.sum(axis=1).astype(np.int64)

    def score(rows: slice, columns: slice) -> Block:
        common = (table[rows] @ table[columns].T).astype(np.int64)
        whole = np.maximum(np.minimum(count[rows, None], count[None, columns]), 1)
        gain: Block = (2 * preference.weight * common + whole) // (2 * whole)
        return gain

    return score


def _ban(people: Sequence[Person], prohibition: Prohibition) -> Comparison:
    if prohibition.rule is Rule.REFERS_TO:
        return _references(people, prohibition.attribute)
    shared, known = _shared(people, prohibition.attribute)
    if prohibition.rule is Rule.SAME:
        return shared
    return lambda rows, columns: known(rows, columns) & ~shared(rows, columns)


def _references(people: Sequence[Person], attribute: str) -> Comparison:
    place: dict[str, list[int]] = {}
    for index, person in enumerate(people):
        place.setdefault(comparable(person.id), []).append(index)
    links = [
        (row, column)
        for row, person in enumerate(people)
        for value in person.values(attribute)
        for column in place.get(value, ())
    ]
    ends = np.array([*links, *((column, row) for row, column in links)], dtype=np.int64).reshape(-1, 2)

    def ban(rows: slice, columns: slice) -> Block:
        first, last = rows.indices(len(people))[:2]
        left, right = columns.indices(len(people))[:2]
        inside = (ends[:, 0] >= first) & (ends[:, 0] < last) & (ends[:, 1] >= left) & (ends[:, 1] < right)
        mask = np.zeros((last - first, right - left), dtype=np.bool_)
        mask[ends[inside, 0] - first, ends[inside, 1] - left] = True
        return mask

    return ban

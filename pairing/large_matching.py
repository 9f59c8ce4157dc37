"""Heavy matchings of large cohorts with a proven bound, without ever holding a table of all pairs.

Best partners of everybody, prices, the exact matching of the pairs that these leave in question, and last a look at
all other pairs that turns the prices into a bound for the whole cohort.
"""

from dataclasses import dataclass, replace

import numpy as np

from pairing.blossom_forest import Forest, forest
from pairing.neighbours import neighbours_paired
from pairing.profile_tree import Prices, Tree, grown
from pairing.profiles import Columns, Ints
from pairing.sparse_graph import Graph, graph, pairs
from pairing.sparse_half_integral import Assignment, assignment
from pairing.workers import OutOfTime, Workers

NOBODY = -1
PARTNERS = 10  # of each person, to begin with
NEXT_BEST = 7  # of each person by price, before the exact matching
MISSED = 3  # of each person that are added when a look at all pairs finds them
LOOKS = 6  # at all pairs before prices are taken as they are
NEIGHBOURS = 2  # in the order of values: so that nobody is without a pair in question
FEW = 200  # looks end when less than one in so many people still misses a pair
NEAR = 8  # next best is who costs at most this part of the greatest weight
FURTHER = (
    4  # by how much more prices may move where a look found no pair that was missing, or many are left over
)
MANY = 16  # people left over whose trees stop each other before they are large
ENOUGH = 2_000  # the same where a look found no pair that was missing: what is open is the price of those left over
CLOSE = 10_000  # one in so many is near enough to the bound
LOSS = 16  # times the greatest weight: what it takes to leave somebody single


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Partners and what proves them: 4 weight <= prices of both + prices of blossoms around both."""

    mate: Ints  # NOBODY for those left over
    weight: int
    limit: int  # four times what a matching of everybody can weigh at most
    prices: Ints
    most: Ints  # by person: the weight of their best pair at most


def heavy_matching(c: Columns, reluctance: Ints, workers: Workers) -> Matched:
    """The heaviest matching of as many people as possible; people of greater reluctance are left over last."""
    most = most_weights(c)
    try:
        return _searched(c, reluctance, workers)
    except OutOfTime:
        return Matched(
            mate=neighbours_paired(c), weight=0, limit=2 * int(most.sum()), prices=2 * most, most=most
        )


def _searched(c: Columns, reluctance: Ints, workers: Workers) -> Matched:
    search = _Search(c, reluctance, workers)
    try:
        search.run()
    except OutOfTime:
        if search.best is None:
            raise
    return search.result()


class _Search:
    def __init__(self, c: Columns, reluctance: Ints, workers: Workers) -> None:
        self.c, self.workers = c, workers
        self.n = len(c.apart_at) - 1
        self.tree: Tree = grown(c)
        self.most = most_weights(c)
        self.loss = LOSS * (int(self.most.max(initial=0)) + 1) * (1 + reluctance)
        self.assigned: Assignment = assignment(self.n)
        self.mate = np.full(self.n, NOBODY, dtype=np.int64)
        self.looks, self.single, self.news = 0, self.n, 0
        self.furthest = 2 * int(self.most.max(initial=0)) // NEAR + 2
        self.best: Matched | None = None
        self.proof = 2 * int(self.most.sum()), 2 * self.most
        self.graph = self._neighbours()
        self.forest: Forest = forest(self.mate, self.mate)

    def run(self) -> None:
        """All stages. Raises OutOfTime where one of them does not end."""
        with self.workers.stage("partners", until=0.35):
            self.start()
        with self.workers.stage("prices", until=0.5):
            self.price()
        with self.workers.stage("pairs", until=0.7):
            self.match()
        with self.workers.stage("proof", until=1.0):
            self.prove()
            while self.worth_another_look():
                self.match()
                self.prove()

    def start(self) -> None:
        """Pairs in question: the best partners of everybody."""
        nothing = np.zeros(self.n, dtype=np.int64)
        found, value = self._partners(self._prices(2, nothing, nothing - 1), PARTNERS)
        self._add(found)
        asked = np.zeros(self.n, dtype=np.int64)
        np.maximum.at(asked, np.repeat(np.arange(self.n), np.diff(self.c.asked_at)), self.c.asked_weight)
        self.most = np.maximum(value[:, 0] // 2, 0) + asked
        self._proof(2 * int(self.most.sum()), 2 * self.most)

    def price(self) -> None:
        """Prices that no pair beats; whatever pair does is added, until none is left or time is up."""
        a, loss = self.assigned, self.loss
        self.workers.run("pairing.sparse_half_integral", "auction", self.graph, a, loss)
        for _ in range(LOOKS):
            self._assign()
            y = a.u + a.v
            found, value = self._partners(self._prices(2, y, y), MISSED)
            missed = np.maximum(value[:, 0] - y, 0)
            self._proof(int((2 * y + missed).sum()), 2 * y + missed)
            self._add(found)
            if self.workers.passed() or int((value[:, 0] > y).sum()) * FEW <= self.n:
                break
        y = a.u + a.v
        self._add(self._partners(self._prices(2, y, y - int(self.most.max(initial=0)) // NEAR), NEXT_BEST)[0])

    def match(self) -> None:
        """The exact matching of the pairs in question, from where prices leave odd rings."""
        self._assign()
        y = self.assigned.u + self.assigned.v
        self.forest = forest(2 * y, self.mate)
        doubled = self.graph._replace(weight=2 * self.graph.weight)
        self.workers.run(
            "pairing.sparse_blossom", "complete", doubled, self.forest, 2 * self.loss, self.furthest
        )
        self.mate = self.forest.mate

    def prove(self) -> None:
        """A look at all pairs: each person's price goes up by half of what the prices miss."""
        f = self.forest
        around, above = np.full(len(f.z), NOBODY), np.zeros(len(f.z), dtype=np.int64)
        self.workers.run("pairing.blossom_forest", "priced", f, around, above, signal=False)
        found, value = self._partners(self._prices(4, f.y, f.y, around, above), MISSED)
        missed = np.maximum(value[:, 0] - f.y, 0)
        blossoms = slice(self.n, None)
        inside = int((f.z[blossoms] * (f.size[blossoms] // 2)).sum())
        limit = int(f.y.sum()) + inside + -(-int(missed.sum()) // 2)
        self._proof(limit, f.y + (missed + 1) // 2)
        weight, (limit, prices) = self._weight(), self.proof
        best = self.best
        if best is None or (left_over(self.mate), -weight) <= (left_over(best.mate), -best.weight):
            best = Matched(mate=self.mate.copy(), weight=weight, limit=limit, prices=prices, most=self.most)
        self.best = replace(best, limit=limit, prices=prices)
        self.news = int((found != NOBODY).sum())
        self._add(found)

    def worth_another_look(self) -> bool:
        """Whether the bound is still away from the weight, and there is time to do something about it."""
        self.looks += 1
        best = self.result()
        single, before = left_over(best.mate), self.single
        if single > MANY or not self.news:
            self.furthest = min(FURTHER * self.furthest, 4 * int(self.most.max(initial=0)) + 2)
        self.single = single
        gap = best.limit - 4 * best.weight
        close = gap * CLOSE <= best.limit and (single < 2 or single == before)
        close |= not self.news and gap * ENOUGH <= best.limit
        return not close and self.looks < LOOKS and not self.workers.passed()

    def result(self) -> Matched:
        """The best matching so far, with the lowest bound."""
        if self.best is None:
            raise AssertionError("nothing was proven yet")
        return self.best

    def _proof(self, limit: int, prices: Ints) -> None:
        """Keep the lowest bound, with the prices that prove it."""
        if limit < self.proof[0]:
            self.proof = limit, prices

    def _weight(self) -> int:
        together = np.flatnonzero(self.mate > np.arange(self.n))
        return self.workers.total_weight(self.c, np.stack([together, self.mate[together]], axis=1))

    def _assign(self) -> None:
        self.workers.run(
            "pairing.sparse_half_integral", "take_best", self.graph, self.assigned, self.loss, signal=False
        )
        self.workers.run("pairing.sparse_half_integral", "assign", self.graph, self.assigned, self.loss)
        self.workers.run("pairing.sparse_half_integral", "partners", self.assigned, self.mate, signal=False)

    def _prices(
        self, times: int, price: Ints, floor: Ints, around: Ints | None = None, above: Ints | None = None
    ) -> Prices:
        prices = Prices(
            times=np.array([times]),
            person=price,
            least=np.zeros(len(self.tree.first), dtype=np.int64),
            floor=floor,
            around=np.full(self.n, NOBODY, dtype=np.int64) if around is None else around,
            above=np.zeros(self.n, dtype=np.int64) if above is None else above,
        )
        self.workers.run("pairing.profile_tree", "least_prices", self.tree, prices, signal=False)
        return prices

    def _partners(self, prices: Prices, count: int) -> tuple[Ints, Ints]:
        """Each person's best partners by price; of people not reached in time, nobody and what could be at most."""
        found = np.full((self.n, count), NOBODY, dtype=np.int64)
        most = prices.times[0] * self.most - prices.person.min(initial=0)
        value = np.repeat(most[:, None], count, axis=1)
        self.workers.run_split(
            "pairing.profile_tree",
            "best_partners",
            self.n,
            self.c,
            self.tree,
            prices,
            found=found,
            value=value,
        )
        return found, value

    def _neighbours(self) -> Graph:
        """Pairs that stand near each other in the order of values, and all that have an extra weight."""
        everybody = np.arange(self.n)
        one = [np.repeat(everybody, np.diff(self.c.asked_at))]
        other = [self.c.asked.astype(np.int64)]
        for step in range(1, min(NEIGHBOURS, self.n - 1) + 1):
            one.append(everybody)
            other.append((everybody + step) % self.n)
        return self._weighed(np.concatenate(one), np.concatenate(other))

    def _add(self, found: Ints) -> None:
        rows, places = np.nonzero(found != NOBODY)
        new = self._weighed(rows.astype(np.int64), found[rows, places])
        old_one, old_other, old_weight = pairs(self.graph)
        one, other, weight = pairs(new)
        self.graph = graph(
            self.n,
            np.concatenate([old_one, one]),
            np.concatenate([old_other, other]),
            np.concatenate([old_weight, weight]),
        )

    def _weighed(self, one: Ints, other: Ints) -> Graph:
        weights = np.empty(len(one), dtype=np.int64)
        self.workers.run("pairing.profile_weights", "pair_weights", self.c, one, other, weights, signal=False)
        kept = weights >= 0
        return graph(self.n, one[kept], other[kept], weights[kept])


def most_weights(c: Columns) -> Ints:
    """What each person's best pair can weigh at most, by values alone and requests."""
    n, levels = c.codes.shape
    most = np.full(n, int(c.wide_most[0]), dtype=np.int64)
    for level in range(levels):
        most += c.best[c.best_at[level] + c.codes[:, level]]
    asked = np.zeros(n, dtype=np.int64)
    np.maximum.at(asked, np.repeat(np.arange(n), np.diff(c.asked_at)), c.asked_weight)
    return np.maximum(most, 0) + asked


def left_over(mate: Ints) -> int:
    """How many have no partner."""
    return int((mate == NOBODY).sum())

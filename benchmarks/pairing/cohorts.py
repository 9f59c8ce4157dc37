"""Made-up cohorts: ten skewed attributes of different weight, and a unit that forbids about one pair in twenty."""

import numpy as np

from pairing.compatibility import Mask, Weights
from pairing.policy import Person, Policy, Preference, Prohibition, Rule

ATTRIBUTES = 10
VALUES = 6
UNITS = 20  # of equal size, whose members are never paired: 5 % of all pairs


def cohort(people: int, seed: int = 0) -> tuple[list[Person], Policy]:
    """People and the rules that weigh them."""
    random = np.random.default_rng(seed)
    held: dict[str, list[int]] = {}
    preferences = []
    for number in range(ATTRIBUTES):
        name = f"attribute{number}"
        held[name] = random.choice(VALUES, people, p=random.dirichlet(np.ones(VALUES) * 0.7)).tolist()
        preferences.append(Preference(attribute=name, rule=Rule.SAME, weight=int(random.integers(1, 50))))
    held["unit"] = random.integers(0, UNITS, people).tolist()
    written = [frozenset({str(value)}) for value in range(max(VALUES, UNITS))]
    everybody = [
        Person(id=f"p{at:06}", attributes={name: written[values[at]] for name, values in held.items()})
        for at in range(people)
    ]
    return everybody, Policy(
        preferences=tuple(preferences), prohibitions=(Prohibition(attribute="unit", rule=Rule.SAME),)
    )


def attribute_weights(people: int, seed: int) -> tuple[Weights, Mask]:
    """The same kind of weights as a table, 5 % of the pairs forbidden by lot."""
    random = np.random.default_rng(seed)
    weights = np.zeros((people, people), dtype=np.int64)
    for _ in range(ATTRIBUTES):
        values = random.choice(VALUES, people, p=random.dirichlet(np.ones(VALUES) * 0.7))
        weights += (values[:, None] == values[None, :]) * int(random.integers(1, 50))
    forbidden = np.triu(random.random((people, people)) < 0.05, 1)
    allowed = ~(forbidden | forbidden.T | np.eye(people, dtype=np.bool_))
    return weights, allowed

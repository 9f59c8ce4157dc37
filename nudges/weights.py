"""The last net for danger: words and pairs of words that add up, where no phrase of the lexicon was found.

A logistic regression, small enough to be read: lexicon/weights.yaml says what each word adds. `fitted` learns that
table anew from labelled texts. It is asked last, and only about short texts.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from random import Random

ENOUGH = -0.5  # above this a text counts as danger: below even odds, since a miss costs more than a page
LONGEST = 60  # words; in a longer text ordinary words add up by their number alone
ALWAYS = "(always)"  # the entry of the table that every text begins with
_STEP = 0.25  # weights are rounded to this, and what is rounded to nothing is left out
_RAREST = 2  # texts a word must stand in
_ROUNDS = 25
_PACE = 0.3
_PACE_ALWAYS = 0.05  # of the pace of a word, so that what all texts share is learned slowly
_DECAY = 0.004  # pulls a weight towards nothing, the harder the larger it is


def signs(flat: str) -> set[str]:
    """The words and pairs of neighbours in a text in one spelling; what a figure of speech covered is left out."""
    words = ["<n>" if word[0].isdigit() else word.strip("_") for word in flat.split()]
    return {
        *filter(None, words),
        *(f"{first} {second}" for first, second in pairwise(words) if first and second),
    }


def total(flat: str, weights: Mapping[str, float]) -> float:
    """What a text's words add up to, as the logarithm of the odds; minus infinity for one too long to be judged so."""
    if len(flat.split()) > LONGEST:
        return -math.inf
    return weights.get(ALWAYS, 0.0) + sum(weights.get(sign, 0.0) for sign in signs(flat))


def fitted(texts: Iterable[tuple[str, bool]], draw: Random) -> dict[str, float]:
    """A table of weights from texts in one spelling, each with whether it is about danger to life.

    Logistic regression by stochastic gradient descent with weight decay; the same texts and draw give the same.
    """
    rows = [(sorted(signs(flat)), danger) for flat, danger in texts]
    often = Counter(sign for row, _ in rows for sign in row)
    rows = [([sign for sign in row if often[sign] >= _RAREST], danger) for row, danger in rows]
    weights = {ALWAYS: 0.0} | {sign: 0.0 for row, _ in rows for sign in row}
    dangers = sum(danger for _, danger in rows)
    rarity = (len(rows) - dangers) / max(
        1, dangers
    )  # however many harmless texts are added, a missed one costs alike
    for at in range(_ROUNDS):
        draw.shuffle(rows)
        _descend(weights, rows, _PACE / (1 + _PACE * at), rarity)
    steps = {sign: round(weight / _STEP) * _STEP for sign, weight in weights.items()}
    return {sign: weight for sign, weight in steps.items() if weight}


def _descend(
    weights: dict[str, float], rows: Iterable[tuple[list[str], bool]], pace: float, rarity: float
) -> None:
    for row, danger in rows:
        odds = weights[ALWAYS] + sum(weights[sign] for sign in row)
        error = (1 / (1 + math.exp(-max(-30.0, min(30.0, odds)))) - danger) * (rarity if danger else 1)
        weights[ALWAYS] -= pace * _PACE_ALWAYS * error
        for sign in row:
            weights[sign] -= pace * (error + _DECAY * weights[sign])

"""The last net for danger: words and pairs of words that add up, where no phrase of the lexicon was found.

Every word weighs how much oftener it stands in our texts about danger than in the others (lexicon/weights.yaml);
`weighed` counts that table anew from labelled texts. It is asked last, and only about short texts.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise

ENOUGH = 2.5  # above this a text counts as danger; chosen on rounds that were each left out of the counting
LONGEST = 60  # words; in a longer text ordinary words add up by their number alone
_STEP = 0.5  # weights are rounded to this, so that the table can be read
_RAREST = 2  # texts a word must stand in


def signs(flat: str) -> set[str]:
    """The words and pairs of neighbours in a text in one spelling; what a figure of speech covered is left out."""
    words = ["<n>" if word[0].isdigit() else word for word in flat.split() if word.strip("_")]
    return {*words, *(f"{first} {second}" for first, second in pairwise(words))}


def total(flat: str, weights: Mapping[str, float]) -> float:
    """What a text's words add up to, evened out for its length; 0 for one that is too long to be judged so."""
    if len(flat.split()) > LONGEST:
        return 0.0
    known = [weights[sign] for sign in signs(flat) if sign in weights]
    return sum(known) / math.sqrt(len(known) + 1)


def weighed(texts: Iterable[tuple[str, bool]]) -> dict[str, float]:
    """A table of weights from texts in one spelling, each with whether it is about danger to life."""
    counts, number = (Counter[str](), Counter[str]()), [0, 0]
    for flat, danger in texts:
        counts[danger].update(signs(flat))
        number[danger] += 1
    table = {}
    for sign in counts[0].keys() | counts[1].keys():
        if counts[0][sign] + counts[1][sign] >= _RAREST:
            often, seldom = ((counts[at][sign] + 0.5) / (number[at] + 1) for at in (1, 0))
            weight = round(math.log(often / seldom) / _STEP) * _STEP
            if weight:
                table[sign] = weight
    return table

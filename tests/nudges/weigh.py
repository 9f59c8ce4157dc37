"""Learns nudges/lexicon/weights.yaml anew from our texts: `PYTHONPATH=. python tests/nudges/weigh.py`.

Texts of the split `held_out` are never learned from. Run it after texts or figures of speech were added.
"""

import json
import textwrap
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from random import Random

from nudges.crisis import search
from nudges.vocabulary import lexicon
from nudges.weights import fitted

ROOT = Path(__file__).parents[2]
TEXTS = ROOT / "tests" / "data" / "replies_own.jsonl"
TABLE = ROOT / "nudges" / "lexicon" / "weights.yaml"
_WIDTH = 110
_HEAD = """\
# The last net: what each word, or pair of neighbouring words, adds for danger (above zero) or against it. A text's
# weights are added to the one called (always); above -0.5 the text counts as danger. 1 more makes danger 2.7 times as
# likely. <n> is a number, a dot the start or end of a sentence. Single words come first, then pairs.
# Reason: wordings that nobody has put into the lexicon still share most of their words with those that somebody has.
# Learned from our labelled texts by tests/nudges/weigh.py: written anew, not edited. To change what it says, add texts.

weights:
"""


def counted() -> dict[str, float]:
    """The table as our texts give it today."""
    words = lexicon()
    rows = [json.loads(line) for line in TEXTS.read_text(encoding="utf-8").splitlines()]
    texts = (
        (search(words.spelling.read(row["text"]), words).covered, row["intent"] == "crisis")
        for row in rows
        if row["split"] != "held_out"
    )
    return fitted(texts, Random(1))


def lines(table: dict[str, float]) -> Iterator[str]:
    """The table's lines, the heaviest words first, none longer than a page is wide."""
    by_weight: dict[float, list[str]] = defaultdict(list)
    for sign, weight in table.items():
        by_weight[weight].append(sign)
    for weight in sorted(by_weight, reverse=True):
        row = ", ".join(sorted(by_weight[weight], key=lambda sign: (" " in sign, sign)))
        yield f"  {weight:+.2f}: >-"
        yield from textwrap.wrap(
            row, _WIDTH, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False
        )


def write() -> None:
    """Writes the table."""
    TABLE.write_text(_HEAD + "\n".join(lines(counted())) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()

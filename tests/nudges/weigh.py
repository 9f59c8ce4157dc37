"""Counts nudges/lexicon/weights.yaml anew from our texts: `PYTHONPATH=. python tests/nudges/weigh.py`.

Texts of the split `held_out` are never counted. Run it after texts or figures of speech were added.
"""

import json
from collections import defaultdict
from pathlib import Path

from nudges.crisis import search
from nudges.vocabulary import lexicon
from nudges.weights import weighed

ROOT = Path(__file__).parents[2]
TEXTS = ROOT / "tests" / "data" / "replies_own.jsonl"
TABLE = ROOT / "nudges" / "lexicon" / "weights.yaml"
_HEAD = """\
# How much a word or a pair of neighbouring words speaks for danger (above zero) or against it, in natural
# logarithms. Reason: wordings that nobody has put into the lexicon still share most of their words with those that
# somebody has. Counted from our texts by tests/nudges/weigh.py; written anew, not edited.

weights:
"""


def counted() -> dict[str, float]:
    """The table as our texts give it today."""
    words = lexicon()
    rows = [json.loads(line) for line in TEXTS.read_text(encoding="utf-8").splitlines()]
    return weighed(
        (search(words.spelling.read(row["text"]), words).covered, row["intent"] == "crisis")
        for row in rows
        if row["split"] != "held_out"
    )


def write() -> None:
    """Writes the table, the heaviest words first."""
    lines: dict[float, list[str]] = defaultdict(list)
    for sign, weight in counted().items():
        lines[weight].append(sign)
    body = (f'  {weight}: "{", ".join(sorted(lines[weight]))}"\n' for weight in sorted(lines, reverse=True))
    TABLE.write_text(_HEAD + "".join(body), encoding="utf-8")


if __name__ == "__main__":
    write()

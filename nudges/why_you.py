"""Why these people, in words to them: one sentence for each thing that they have in common."""

from collections.abc import Callable, Iterable

_SENTENCES = {
    "same": "You have the same {what}: {values}.",
    "overlap": "You have {what} in common: {values}.",
    "near": "You are close in {what}.",
    "different": "Each of you brings a different {what}.",
    "hours": "You work at the same time for {values} hours a week.",
    "chosen": "You chose each other.",
}


def why_you(how: str, what: str, values: Iterable[str], say: Callable[[str], str]) -> str:
    """The sentence in the reader's language, which `say` translates into; "" for what is not told."""
    sentence = _SENTENCES.get(how, "")
    return say(sentence).format(what=what, values=", ".join(values)) if sentence else ""

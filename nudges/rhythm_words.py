"""Finds the rhythm that a short reply asks for, such as MONTHLY. Whole messages only: nothing is guessed."""

import re

_ASKED = {
    "monthly": (
        "monthly", "once a month", "every month", "each month", "month", "less often", "make it monthly",
        "mensual", "al mes", "una vez al mes", "cada mes", "mensuel", "une fois par mois", "par mois", "chaque mois",
    ),
    "weekly": (
        "weekly", "once a week", "every week", "each week", "keep weekly", "keep it weekly", "back to weekly",
        "semanal", "una vez a la semana", "cada semana", "hebdomadaire", "une fois par semaine", "chaque semaine",
    ),
}  # fmt: skip
_ROUND_ABOUT = re.compile(
    r"^(yes|ok|okay|si|oui|please)\s+|\s+(please|thanks|thank you|thx|por favor|merci)$"
)
_KIND_OF = {words: kind for kind, asked in _ASKED.items() for words in asked}


def rhythm_named(text: str) -> str | None:
    """The name of the cadence that the whole message asks for; None where it asks for none."""
    words = " ".join(re.sub(r"[^\w\s]", " ", text.casefold()).split())
    if len(words) > 60:
        return None
    bare = _ROUND_ABOUT.sub("", _ROUND_ABOUT.sub("", words)).strip()
    return _KIND_OF.get(words) or _KIND_OF.get(bare)

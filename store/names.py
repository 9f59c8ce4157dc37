"""Names as they are kept: on one line, without marks that reorder or hide text, and nothing that phones make a link of.

A name is read by others, in texts and on their pages; whoever gives it is not always a friend.
"""

import re
import unicodedata

_JOINERS = "\u200c\u200d"  # part of names in some scripts
_PATHS = re.compile(r"[/\\@|]+")
_DOMAIN = re.compile(r"\.(?=[^\W\d_]{2})")


def plain_name(text: str) -> str:
    """The name, harmless and otherwise as it was written."""
    kept = "".join(
        one if one in _JOINERS or unicodedata.category(one)[0] != "C" else (" " if one.isspace() else "")
        for one in unicodedata.normalize("NFC", text)
    )
    return " ".join(_DOMAIN.sub(". ", _PATHS.sub(" ", kept)).split())

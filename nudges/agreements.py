"""What people agree to when they join, word by word. A change of a text needs a new version beside it."""

from collections.abc import Sequence

VERSION = "join-1"

LIMITS: Sequence[str] = (
    "If you or somebody else is in danger, people who can help are told what they need to know.",
    "The law may oblige staff to report some things, such as abuse of a child.",
    "A court may ask for what is recorded. That is why so little is: that you connected, yes or no, and never "
    "what you talked about.",
    "A text that sounds like a crisis gets an automatic answer, and we page a person of the on-call team if "
    "one is on call.",
)
UNDERSTOOD = "I have read who sees what, and the limits of confidentiality."
BY_TEXT = (
    "Send me texts: about one a week, and answers to mine. My phone plan’s rates apply. STOP ends them at any "
    "time."
)
BY_MAIL = "Send me mail: about one a week, and answers to mine. I can stop it at any time."


def agreed(medium: str) -> str:
    """The wording of a consent by that medium, as it is kept."""
    return " ".join((UNDERSTOOD, *LIMITS, BY_TEXT if medium == "sms" else BY_MAIL))

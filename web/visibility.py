"""Who sees what, in plain words: printed where people decide whether to join, and walked by a test."""

from dataclasses import dataclass

VIEWERS = (
    "you", "your buddies", "the coordinator", "your supporter", "the on-call responder", "the director",
    "the engineer",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visible:
    """One kind of information; a word for each of VIEWERS, in their order. An empty word: no."""

    what: str
    seen: tuple[str, str, str, str, str, str, str]


TABLE = (
    Visible(
        "Your name, number and address",
        ("yes", "if you agree", "yes", "in your case", "in an emergency", "", "encrypted only"),
    ),
    Visible("Who your buddies are", ("yes", "yes", "yes", "", "", "", "")),
    Visible(
        "Whether your group is active or quiet",
        ("yes", "", "yes, unless you chose “just remind me”", "", "", "counts", ""),
    ),
    Visible("Your single answers and colors", ("yes", "", "", "", "", "counts", "")),
    Visible(
        "Why nothing was sent to you",
        ("the true reason", "", "“resting”, whatever the reason", "", "", "counts", "counts"),
    ),
    Visible("What you write in your own words", ("yes", "", "", "", "a crisis text", "", "")),
    Visible(
        "That you asked for support",
        (
            "yes",
            "",
            "yes, never somebody of your unit",
            "in your case",
            "only as clinical backup",
            "counts",
            "",
        ),
    ),
    Visible(
        "With whom somebody must never be paired",
        ("yes", "", "only who may edit it; no explanation shows it", "", "", "", ""),
    ),
)

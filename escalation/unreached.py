"""What a responder does while somebody cannot be reached: at once, after 15, 30 and 60 minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What to do from so long after the first call that reached nobody."""

    after: timedelta
    title: str
    steps: tuple[str, ...]


STAGES: Sequence[Stage] = (
    Stage(
        after=timedelta(0),
        title="No answer yet",
        steps=(
            "Call again at once: a second call gets through where calls are silenced.",
            "Leave no word of what this is about on a voice mail. Your name, the program and your number are enough.",
            "Text from your own phone: who you are, and that you will call again in a few minutes.",
        ),
    ),
    Stage(
        after=timedelta(minutes=15),
        title="15 minutes",
        steps=(
            "Call again, and use every other way that stands on this page.",
            "Find out whether they are at work now. Ask for them by name, and say nothing of why.",
        ),
    ),
    Stage(
        after=timedelta(minutes=30),
        title="30 minutes",
        steps=(
            "Call the person whom they named for an emergency. Say that you are worried and why you call now; no more.",
            "Get a second person of the on-call team beside you, and decide together.",
        ),
    ),
    Stage(
        after=timedelta(minutes=60),
        title="60 minutes",
        steps=(
            "If danger to life cannot be ruled out, ask emergency services for a welfare check.",
            "Tell the director that it stands so, by your organization's own rule. Then say on this page how it ended.",
        ),
    ),
)


def stage_at(first_try_at: datetime, now: datetime) -> int:
    """The place in STAGES that time has come to."""
    return max(place for place, stage in enumerate(STAGES) if place == 0 or now - first_try_at >= stage.after)

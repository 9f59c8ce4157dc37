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


def in_order(stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """The stages as they come; the first begins at once. Raises ValueError where it does not, or two come together."""
    found = tuple(sorted(stages, key=lambda stage: stage.after))
    if not found or found[0].after or len({stage.after for stage in found}) < len(found):
        raise ValueError("the first stage must be after_minutes: 0, and no two at the same minute")
    return found


def stage_at(stages: Sequence[Stage], first_try_at: datetime, now: datetime) -> int:
    """The place in `stages` that time has come to."""
    return max(place for place, stage in enumerate(stages) if place == 0 or now - first_try_at >= stage.after)

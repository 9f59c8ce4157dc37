"""What follows when nobody answers for long: a gentler rhythm is offered, then the buddy is prompted, then, only
where the member wished it, the coordinator hears. The manager never.

Decides which step is next; who is asked about, and what is sent, is the engine's work.
"""

from dataclasses import dataclass
from enum import IntEnum


class Rung(IntEnum):
    """The last step that was taken for one silence."""

    NONE = 0
    OFFERED = 1  # "monthly instead?"
    BUDDY = 2  # the buddy was prompted, without a word about silence
    COORDINATOR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SilencePolicy:
    """After how many quiet weeks each step comes, counted from the step before it; 0 leaves the step out.

    A quiet week is one in which a nudge arrived and nobody of the group logged or wrote anything.
    """

    offer: int = 3
    buddy: int = 2
    coordinator: int = 2


def next_rung(
    policy: SilencePolicy, taken: Rung, quiet_weeks: int, *, may_offer: bool, may_tell: bool
) -> Rung | None:
    """The step to take now after `quiet_weeks` without a sign; None while there is none to take.

    `may_offer`: the member's rhythm is one that can be made gentler. `may_tell`: the member wants the
    coordinator to hear of it.
    """
    open_steps = {
        Rung.OFFERED: policy.offer > 0 and may_offer,
        Rung.BUDDY: policy.buddy > 0,
        Rung.COORDINATOR: policy.coordinator > 0 and may_tell,
    }
    ahead = [rung for rung, is_open in open_steps.items() if is_open and rung > taken]
    if not ahead or quiet_weeks < needed_for(policy, ahead[0]):
        return None
    return ahead[0]


def needed_for(policy: SilencePolicy, rung: Rung) -> int:
    """How many quiet weeks there have been when that step is taken."""
    return sum((policy.offer, policy.buddy, policy.coordinator)[:rung])

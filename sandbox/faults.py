"""Which answer goes wrong next: switchable, for the next few requests or by chance. Holds no traffic."""

import random
import threading
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """What can go wrong, as the other end would see it."""

    RATE_LIMIT = "rate_limit"  # 429 with Retry-After; nothing accepted
    ERROR = "error"  # 500; nothing accepted
    ERROR_AFTER_ACCEPT = "error_after_accept"  # 500, yet the message goes
    HANG = "hang"  # no answer; nothing accepted
    HANG_AFTER_ACCEPT = "hang_after_accept"  # no answer, yet the message goes
    HANG_UP = "hang_up"  # the socket closes without an answer, yet the message goes
    LATE_CALLBACK = "late_callback"  # delivery news comes after `SandboxState.late_by`
    REPEATED_CALLBACK = "repeated_callback"  # each piece of delivery news comes twice
    EARLY_CALLBACK = "early_callback"  # delivery news is sent before the create call is answered
    LOST_CALLBACK = "lost_callback"  # no delivery news at all

    @property
    def follows_acceptance(self) -> bool:
        """True when the message goes although the answer does not."""
        return self in (FaultKind.ERROR_AFTER_ACCEPT, FaultKind.HANG_AFTER_ACCEPT, FaultKind.HANG_UP)

    @property
    def spoils_answer(self) -> bool:
        """True for what happens to the request itself, false for what happens to its callbacks."""
        return not self.value.endswith("_callback")


@dataclass(slots=True)
class _Switch:
    left: int = 0  # how many of the next requests it surely hits
    chance: float = 0.0  # and with what probability any later one
    only: str | None = None  # "twilio" or "sendgrid"; None is both


class Faults:
    """The switches of one sandbox. Thread-safe."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._lock = threading.Lock()
        self._switches = {kind: _Switch() for kind in FaultKind}

    def set(
        self, kind: FaultKind, *, next_requests: int = 0, chance: float = 0.0, only: str | None = None
    ) -> None:
        """Switch a fault on for the next requests, by chance, or (both zero) off; `only` names a provider.

        Raises ValueError for what is out of range.
        """
        if next_requests < 0 or not 0.0 <= chance <= 1.0:
            raise ValueError("next_requests is 0 or more, chance between 0 and 1")
        if only not in (None, "twilio", "sendgrid"):
            raise ValueError("only is twilio or sendgrid")
        with self._lock:
            self._switches[kind] = _Switch(left=next_requests, chance=chance, only=only)

    def clear(self) -> None:
        """Everything works again."""
        with self._lock:
            self._switches = {kind: _Switch() for kind in FaultKind}

    def of_answer(self, provider: str, *, sends: bool) -> FaultKind | None:
        """The fault that hits this request's answer, if any; a counted one is used up.

        A request that sends nothing (`sends` false) is spared what follows an acceptance.
        """
        fitting = (
            kind for kind in FaultKind if kind.spoils_answer and (sends or not kind.follows_acceptance)
        )
        return next((kind for kind in fitting if self.hits(kind, provider)), None)

    def hits(self, kind: FaultKind, provider: str) -> bool:
        """True when that fault strikes now; a counted one is used up."""
        with self._lock:
            switch = self._switches[kind]
            if switch.only not in (None, provider):
                return False
            if switch.left:
                switch.left -= 1
                return True
            return switch.chance > 0 and self._rng.random() < switch.chance

    def settings(self) -> dict[str, dict[str, float | str | None]]:
        """Every switch as it stands: {"rate_limit": {"next": 0, "chance": 0.0, "only": null}, ...}."""
        with self._lock:
            return {
                kind.value: {"next": switch.left, "chance": switch.chance, "only": switch.only}
                for kind, switch in self._switches.items()
            }

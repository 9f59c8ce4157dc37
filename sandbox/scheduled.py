"""Mails that the stand-in SendGrid holds back until their time, and the batches that stop them. No HTTP here."""

import secrets
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.mail import Mail, Rejected

FURTHEST = timedelta(hours=72)
TOO_LATE = timedelta(
    minutes=10
)  # a batch that is stopped later than this before its time may go all the same


def schedule_of(
    request: Mapping[str, Any], *, now: datetime, known: Collection[str]
) -> tuple[datetime | None, str | None]:
    """When the mails of that request are to go (None: at once), and their batch. Raises Rejected."""
    batch_id, send_at = request.get("batch_id"), request.get("send_at")
    if batch_id is not None and batch_id not in known:
        raise Rejected("The batch_id is not valid.", "batch_id")
    if send_at is None:
        return None, batch_id
    if not isinstance(send_at, int):
        raise Rejected("The send_at parameter is not a Unix timestamp.", "send_at")
    at = datetime.fromtimestamp(send_at, UTC)
    if at > now + FURTHEST:
        raise Rejected("The send_at parameter is more than 72 hours ahead.", "send_at")
    return (at if at > now else None), batch_id


@dataclass(frozen=True, slots=True)
class _Held:
    at: datetime
    batch_id: str | None
    mails: Sequence[Mail]


class Scheduled:
    """What waits, by batch. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: list[_Held] = []
        self._stopped: dict[str, tuple[str, datetime]] = {}
        self.batches: set[str] = set()

    def new_batch(self) -> str:
        """A batch id that was never given before."""
        batch_id = secrets.token_urlsafe(24)
        with self._lock:
            self.batches.add(batch_id)
        return batch_id

    def hold(self, mails: Sequence[Mail], at: datetime, batch_id: str | None) -> None:
        """Keeps the mails until then."""
        with self._lock:
            self._held.append(_Held(at, batch_id, mails))

    def stop(self, batch_id: object, status: object, now: datetime, *, anew: bool) -> bool:
        """Pauses or cancels a batch; False where the API would refuse."""
        with self._lock:
            known = isinstance(batch_id, str) and batch_id in self.batches
            if not known or status not in ("pause", "cancel") or (batch_id in self._stopped) is anew:
                return False
            self._stopped[str(batch_id)] = (str(status), now)
            return True

    def status(self, batch_id: str) -> str | None:
        """ "pause" or "cancel"; None where it was never stopped."""
        with self._lock:
            return self._stopped[batch_id][0] if batch_id in self._stopped else None

    def released(self, now: datetime) -> list[Sequence[Mail]]:
        """What is to go by now and was not stopped in time; each is told of once."""
        with self._lock:
            over = [held for held in self._held if held.at <= now]
            self._held = [held for held in self._held if held.at > now]
            return [held.mails for held in over if not self._was_stopped(held)]

    def _was_stopped(self, held: _Held) -> bool:
        _, at = self._stopped.get(held.batch_id or "", ("", None))
        return at is not None and at <= held.at - TOO_LATE

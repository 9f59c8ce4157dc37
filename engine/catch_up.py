"""After an outage: nudges that became due meanwhile and are not stale go out over the next hours, not all at once.

Their senders' pace alone would not do: a fast one hands a morning's nudges over in a minute, and every answer, call
for support and question to a coordinator would come back in the same one.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from engine.deployment import Deployment
from store.models import Rhythm

LATE = timedelta(minutes=15)  # planned so long after it was due, a nudge was held up by us
AT_ONCE = 60  # so many are no burst; and in each minute after that, at most, while there is time for it
LONGEST = timedelta(hours=3)  # about as long as the morning over which they would have been spread
MARGIN = timedelta(minutes=10)  # before its time is over, a nudge is in its sender's queue
WHY = "late after an outage"


class CatchUp:
    """Gives out the instants, in the order of asking."""

    def __init__(self, late: int, now: datetime, *, at_once: int = AT_ONCE) -> None:
        self._now, self._at_once = now, at_once
        self._gap = min(timedelta(minutes=1) / AT_ONCE, LONGEST / max(late, 1))
        self._given = 0

    def instant(self, due_at: datetime, closes_at: datetime) -> datetime | None:
        """When a nudge may go that was due then and may go until then; None where it need not wait."""
        if due_at > self._now - LATE:
            return None
        self._given += 1
        wait = (self._given - self._at_once) * self._gap
        room = closes_at - self._now - MARGIN
        if wait <= timedelta() or room <= timedelta():
            return None
        return self._now + wait % room


def catch_up(deployment: Deployment, now: datetime) -> CatchUp | None:
    """How to spread what is late now; None where nothing is."""
    late = Rhythm.next_due_at <= now - LATE
    with deployment.database.reads() as session:
        if session.execute(select(Rhythm.id).where(late).limit(1)).first() is None:
            return None
        return CatchUp(session.scalar(select(func.count()).where(late)) or 0, now)

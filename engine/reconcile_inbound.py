"""Finds texts that reached our numbers while nobody listened: a failed SMS webhook is not retried by the provider."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

import structlog
from sqlalchemy import delete

from channels.channel import LookupFailed
from channels.twilio import Received
from engine.clock import Clock
from engine.deployment import Deployment
from engine.receive import receive_sms
from store.inserting import insert_new
from store.models import Cursor

log = structlog.get_logger(__name__)
FAILING = (
    "inbound_failing:"  # a cursor of that name stands since the first listing that failed, until one works
)
OVERLAP = timedelta(minutes=10)  # read again each time; a text is taken once whatever the listing says
FIRST_LOOK_BACK = timedelta(hours=12)


@runtime_checkable
class Listing(Protocol):
    """A channel that can say what its numbers received."""

    sender: str

    def received(self, since: datetime) -> Iterator[Received]:
        """What came in since then, in any order. Raises LookupFailed."""
        ...


def reconcile_inbound(deployment: Deployment, clock: Clock) -> int:
    """Takes what the provider lists since the last one seen; returns how many were new to us.

    The listing is in the provider's time, so the cursor is too: the wall clock, never a moved one.
    """
    taken = 0
    for channel in deployment.channels.values():
        if not isinstance(channel, Listing):
            continue
        wall = clock.wall()
        try:
            received = sorted(
                channel.received(_since(deployment, channel.sender, wall)), key=lambda text: text.at
            )
        except LookupFailed:
            log.warning("inbound_listing_failed", sender=channel.sender)
            note_deaf(deployment, channel.sender, wall)
            continue
        for text in received:
            taken += receive_sms(
                deployment, provider_id=text.provider_id, from_=text.from_, body=text.body, now=clock.now()
            )
        with deployment.database.writes.begin() as session:
            session.merge(Cursor(name=f"inbound:{channel.sender}", at=wall))
            session.execute(delete(Cursor).where(Cursor.name == FAILING + channel.sender))
    return taken


def note_deaf(deployment: Deployment, source: str, wall: datetime) -> None:
    """Notes that what was written to us cannot be read there; since when, where that was noted before."""
    with deployment.database.writes.begin() as session:
        insert_new(session, Cursor, [{"name": FAILING + source, "at": wall}], ("name",))


def note_hearing(deployment: Deployment, source: str) -> None:
    """Notes that it can be read again. Looking first: it nearly always could before."""
    with deployment.database.reads() as session:
        if session.get(Cursor, FAILING + source) is None:
            return
    with deployment.database.writes.begin() as session:
        session.execute(delete(Cursor).where(Cursor.name == FAILING + source))


def _since(deployment: Deployment, sender: str, wall: datetime) -> datetime:
    with deployment.database.reads() as session:
        cursor = session.get(Cursor, f"inbound:{sender}")
    return cursor.at - OVERLAP if cursor else wall - FIRST_LOOK_BACK

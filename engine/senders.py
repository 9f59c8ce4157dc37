"""The lease and the pace of a sender's queue, kept on its row so that another node can take both over.

Everything here is wall time: a moved program clock neither frees a lease nor speeds a sender up.
"""

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from engine.owner import is_surely_dead
from store.inserting import insert_new
from store.models import Sender

LEASE = timedelta(seconds=90)  # of claimed rows: only once it has run out are they looked up and sent again
HOLD = timedelta(
    seconds=15
)  # of the sender itself; renewed with each claim. Pace is kept even where two overlap
ONE_CALL = timedelta(seconds=45)  # room for one call; where the claim has less left, none is begun
LONGEST_BACKOFF = timedelta(seconds=60)


def ensure(session: Session, name: str) -> Sender:
    """The sender's row, made if need be, as it stands now."""
    insert_new(session, Sender, [{"name": name, "failures": 0}], ("name",))
    row = session.get(Sender, name, populate_existing=True)
    if row is None:
        raise LookupError(name)
    return row


def acquire(session: Session, name: str, owner: str, wall: datetime) -> bool:
    """Takes or renews the lease; False while another living drainer holds it.

    It lasts `HOLD` beyond the last send that is paid for. A drainer that a hanging call keeps for longer may lose it:
    rows are claimed by row, and each claim pays for its time on this one, so that nothing goes twice or too fast.
    """
    row = ensure(session, name)
    holder = row.owner
    free = or_(Sender.owner.is_(None), Sender.owner == owner, Sender.lease_until <= wall)
    if holder is not None and is_surely_dead(holder):
        free = or_(free, Sender.owner == holder)
    taken = session.execute(
        update(Sender)
        .where(Sender.name == name, free)
        .values(owner=owner, lease_until=max(wall, row.next_free_at or wall) + HOLD)
        .returning(Sender.name)
    )
    return taken.first() is not None


def release(session: Session, name: str, owner: str) -> None:
    """Gives the lease back, so that nobody has to wait for it to run out."""
    session.execute(
        update(Sender).where(Sender.name == name, Sender.owner == owner).values(owner=None, lease_until=None)
    )


def keep_pace(session: Session, name: str, free_at: datetime) -> None:
    """Notes when the sender may send again; written before the sends it pays for."""
    session.execute(update(Sender).where(Sender.name == name).values(next_free_at=free_at))


def back_off(session: Session, name: str, wall: datetime, asked: timedelta | None, jitter: float) -> None:
    """Slows the sender down after a 429 or a refused connection; doubles each time, with jitter in [0, 1)."""
    failures = session.scalar(select(Sender.failures).where(Sender.name == name)) or 0
    own = min(LONGEST_BACKOFF, timedelta(seconds=0.5 * 2 ** min(failures, 8)))
    wait = max(asked or timedelta(), own * (0.5 + jitter / 2))
    session.execute(
        update(Sender)
        .where(Sender.name == name)
        .values(failures=failures + 1, next_free_at=wall + min(wait, timedelta(minutes=10)))
    )


def works(session: Session, name: str) -> None:
    """The provider took something: forget earlier failures."""
    session.execute(
        update(Sender)
        .where(Sender.name == name, or_(Sender.failures > 0, Sender.stopped_at.is_not(None)))
        .values(failures=0, stopped_at=None, stopped_code=None)
    )


def try_again(session: Session) -> None:
    """Lets a stopped sender be tried at once: somebody asked for it."""
    session.execute(
        update(Sender).where(Sender.stopped_at.is_not(None)).values(stopped_at=None, stopped_code=None)
    )


def stop(session: Session, name: str, at: datetime, code: str | None) -> None:
    """The account was refused: nothing goes out there until somebody mends it (edge cases, 20003)."""
    session.execute(update(Sender).where(Sender.name == name).values(stopped_at=at, stopped_code=code))

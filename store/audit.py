"""The audit trail: a chain of hashes, each entry bound to the one before it, with its end kept beside it.

The chain shows that somebody edited, deleted, reordered or cut entries; it cannot stop an owner of the
database from writing all of it anew, so `head` is there to be noted down elsewhere.
"""

import hashlib
import json
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from store.models import AuditEntry, AuditHead

AUDIT_HEAD_ID = UUID(int=1)
GENESIS = "0" * 64  # what the first entry names as the one before it
# Any number, as long as every node takes the same one.
_AUDIT_LOCK = 5_209_113_047
_VERIFY_BATCH = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where the chain ends."""

    seq: int  # of the last entry; 0 when there is none
    digest: str


def record(
    session: Session,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: str | None = None,
    detail: str = "",
) -> AuditEntry:
    """Appends an entry to the chain, within the caller's transaction, and returns it.

    `actor`, `subject` and `detail` are ids and words of ours, never names or addresses: the trail outlives
    erasure. Writers take turns until they commit, so call it last in a transaction: rows locked after
    it invite a deadlock.
    """
    session.flush()  # what the transaction changes is locked before the trail is
    if session.get_bind().dialect.name == "postgresql":  # on SQLite the write lock is held already
        session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _AUDIT_LOCK})
    head = _head_row(session)
    if head is None:
        head = AuditHead(id=AUDIT_HEAD_ID, seq=0, digest=GENESIS)
        session.add(head)
    entry = AuditEntry(
        seq=head.seq + 1,
        at=at,
        actor=actor,
        action=action,
        subject=subject,
        detail=detail,
        previous=head.digest,
    )
    entry.digest = _digest(entry)
    session.add(entry)
    head.seq, head.digest = entry.seq, entry.digest
    session.flush()
    return entry


def head(session: Session) -> Head:
    """The end of the chain, to be noted down where an owner of the database cannot reach it."""
    row = _head_row(session)
    return Head(seq=row.seq, digest=row.digest) if row else Head(seq=0, digest=GENESIS)


def verify(session: Session) -> int | None:
    """The number of the first entry that is not as it was written or is missing; None when all are there.

    Entries may be added meanwhile: the chain must pass through the end it had when the walk began, and reach
    no further than the end it has afterwards.
    """
    start, seq, digest = head(session), 0, GENESIS
    entries = select(AuditEntry).order_by(AuditEntry.seq)
    walk = session.scalars(entries.execution_options(yield_per=_VERIFY_BATCH, populate_existing=True))
    with closing(walk):
        for entry in walk:
            if not _continues(entry, seq, digest):
                return min(entry.seq, seq + 1)
            seq, digest = entry.seq, entry.digest
            if seq == start.seq and digest != start.digest:
                return seq
    end = head(session)
    if seq < start.seq:
        return seq + 1
    return end.seq + 1 if end.seq < seq else None


def _continues(entry: AuditEntry, seq: int, digest: str) -> bool:
    return entry.seq == seq + 1 and entry.previous == digest and entry.digest == _digest(entry)


def _head_row(session: Session) -> AuditHead | None:
    # Sessions keep rows across commits; the lock is worth nothing unless the row is read anew under it.
    return session.scalar(select(AuditHead).execution_options(populate_existing=True))


def _digest(entry: AuditEntry) -> str:
    content = [
        entry.seq,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.subject,
        entry.detail,
        entry.previous,
    ]
    canonical = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()

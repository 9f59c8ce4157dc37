"""Turns due rhythms into messages: claims rows, moves each to its next occurrence, inserts under a natural key.

All of it in one transaction, so that neither a crash nor a second scheduler loses or doubles a nudge, and in three
statements, however many rows there are.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.catch_up import WHY, CatchUp
from engine.deployment import Deployment
from engine.next_nudges import next_nudges_of
from engine.outbox import State, closes_at, sender_for
from engine.patterns import COLUMNS
from engine.unreachable import why_unreachable
from nudges.cadence import Occurrence
from nudges.holds import Reason
from nudges.kinds import policy_of
from store.given_rows import written
from store.models import Member, new_id
from store.planning import MOVES, claim_due_rhythms, put_planned
from store.reachable import MEDIA, medium_of

ROWS_AT_ONCE = 500
LONGEST_REASON = 255
_ON_TIME: Mapping[str, object] = {}


def plan_nudges(deployment: Deployment, now: datetime, spread: CatchUp | None = None) -> int:
    """Plans what is due at `now`, at most 500 rows; returns how many rows it moved on. What is late may be `spread`."""
    with deployment.database.writes.begin() as session:
        due = claim_due_rhythms(session, deployment.channels, COLUMNS, now, ROWS_AT_ONCE)
        if not due:
            return 0
        dialect = session.get_bind().dialect.name
        unreached = {UUID(member) for _, member, _, medium, *_ in due if medium is None}
        silent = {str(one): why for one, why in why_unreachable(session, deployment, unreached).items()}
        planning = _Planning(deployment, dialect, now, spread, silent)
        rows = [planning.row(each) for each in due]
        put_planned(session, rows, now)
        # In one order on every node: a wake may wait for that of another planner.
        for sender in sorted({str(row["sender"]) for row in rows if row["state"] == State.DUE}):
            deployment.wake_with(session, sender)
    return len(due)


class _Planning:
    """What the rows of one batch share, worked out once."""

    def __init__(
        self,
        deployment: Deployment,
        dialect: str,
        now: datetime,
        spread: CatchUp | None,
        silent: Mapping[str, Reason],
    ) -> None:
        self._deployment, self._dialect, self._now, self._spread = deployment, dialect, now, spread
        self._silent = silent
        self._nudges = next_nudges_of(deployment.program)
        self._this: dict[tuple[Any, ...], tuple[datetime, dict[str, object]]] = {}
        # By identity, which is quicker than by value; the occurrence is held, so that no other one gets its identity.
        self._next: dict[int, tuple[Occurrence | None, dict[str, object]]] = {}
        self._senders = {medium: sender_for(deployment, medium) for medium in MEDIA}

    def row(self, due: tuple[Any, ...]) -> dict[str, object]:
        """The values of one message, and of where its rhythm moves."""
        rhythm, member, cohort, medium, due_at, *_ = due
        asked = due[4:10]
        closes_at, this = self._this.get(asked) or self._this.setdefault(asked, self._shared(*asked))
        member = _dashed(member)
        found = self._nudges.after(due_at, anchor=due[10], member=member, columns=due[11:])
        _, following = self._next.get(id(found)) or self._next.setdefault(
            id(found), (found, self._written(found))
        )
        reason = this["reason"] if medium else self._silent.get(member, Reason.NO_CHANNEL)
        return {
            **this,
            **following,
            "id": new_id().hex,
            "rhythm": rhythm,
            "key": f"{member}:{_dashed(cohort)}:{this['key']}",
            "medium": medium or MEDIA[0],
            "sender": self._senders[medium or MEDIA[0]],
            "state": State.DROPPED if reason else State.DUE,
            "reason": reason,
            **({} if reason else self._late(due_at, closes_at)),
        }

    def _late(self, due_at: datetime, closes_at: datetime) -> Mapping[str, object]:
        """When one that was held up by an outage goes instead, and that it was."""
        at = self._spread.instant(due_at, closes_at) if self._spread else None
        return _ON_TIME if at is None else {"not_before": written(self._dialect, at), "late": WHY}

    def _shared(
        self, due_at: datetime, send_before: datetime | None, kind: str, series: str, slot: int, on: date
    ) -> tuple[datetime, dict[str, object]]:
        """When it closes, and the values that all messages of an occurrence have."""
        closes = send_before or closes_at(self._deployment, kind, due_at)
        return closes, {
            "key": key_of(kind, series, slot),
            "lane": int(policy_of(kind).lane),
            "period": period_of(on),
            "send_before": written(self._dialect, closes),
            "reason": Reason.STALE if closes <= self._now else None,
        }

    def _written(self, found: Occurrence | None) -> dict[str, object]:
        """The columns of a rhythm that stands at that occurrence."""
        if found is None:
            return dict.fromkeys(MOVES)
        return {
            "next_kind": found.kind,
            "next_series": found.series,
            "next_slot": found.slot,
            "next_on": found.on.isoformat(),
            "next_due_at": written(self._dialect, found.due_at),
            "next_send_before": written(self._dialect, found.send_before),
            "next_why": found.reason and found.reason[:LONGEST_REASON],
        }


def natural_key(member_id: UUID, cohort_id: UUID, kind: str, series: str, slot: int) -> str:
    """What makes a second message of the occurrence impossible, whatever becomes of group, round or rule."""
    return f"{member_id}:{cohort_id}:{key_of(kind, series, slot)}"


def key_of(kind: str, series: str | None, slot: int) -> str:
    """The part of a natural key that names the occurrence."""
    return f"{kind}~{series}:{slot}" if series else f"{kind}:{slot}"


def _dashed(row_id: str) -> str:
    """An id as Python writes it; SQLite keeps it without dashes."""
    if len(row_id) != 32:
        return row_id
    return f"{row_id[:8]}-{row_id[8:12]}-{row_id[12:16]}-{row_id[16:20]}-{row_id[20:]}"


def period_of(day: date) -> str:
    """The ISO week that an occurrence belongs to; buddies asked on different days of it share an answer."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def media_of(session: Session, deployment: Deployment, ids: set[UUID]) -> dict[UUID, str | None]:
    """Member -> the medium to use: SMS where set up, consented to, usable and not suppressed; else mail;
    None where neither is."""
    medium = medium_of(Member.id, deployment.channels)
    rows = session.execute(select(Member.id, medium).where(Member.id.in_(ids)))
    return {row[0]: row[1] for row in rows}

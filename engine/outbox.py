"""Puts messages into the outbox. The row is the job; its natural key makes a second one impossible."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine.deployment import Deployment
from nudges.kinds import policy_of
from store.inserting import insert_new
from store.models import Message, new_id


class State(StrEnum):
    """Where a message stands.

    due -> sending -> sent -> delivered | undelivered. due -> dropped (a rule said no) or dead (a provider did).
    sending -> in_doubt (5xx, time-out, crash) -> sent (found at the provider) | due (not found twice) | dead.
    """

    DUE = "due"
    SENDING = "sending"
    IN_DOUBT = "in_doubt"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    DROPPED = "dropped"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the outbox as it is read in bulk for sending. Changing it changes nothing."""

    id: UUID
    kind: str
    medium: str
    member_id: UUID | None
    staff_id: UUID | None
    cohort_id: UUID | None
    group_id: UUID | None
    incident_id: UUID | None
    slot: int | None
    period: str | None
    address_sealed: bytes | None
    details_sealed: bytes | None
    due_at: datetime
    send_before: datetime


ENTRY = tuple(getattr(Message, column.name) for column in fields(Entry))  # what to select for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message to be put into the outbox. Exactly one of member, staff and address is the reader."""

    key: str  # natural key: the same key is the same message
    kind: str
    medium: str
    member_id: UUID | None = None
    staff_id: UUID | None = None
    address: str | None = None
    cohort_id: UUID | None = None
    group_id: UUID | None = None
    incident_id: UUID | None = None  # of a page: whose page the link opens
    slot: int | None = None
    period: str | None = None
    moved: str | None = None  # why a nudge is not simply where its rule puts it
    details: Mapping[str, str] | None = None  # values for the wording that cannot be looked up again
    due_at: datetime
    not_before: datetime | None = None
    send_before: datetime | None = None
    dropped: str | None = None  # the reason, where it is known already that it will not go


def sender_for(deployment: Deployment, medium: str) -> str:
    """The name of the queue that serves the medium; "none:…" where the program has no such channel."""
    channel = deployment.channels.get(medium)
    return channel.sender if channel else f"none:{medium}"


def closes_at(deployment: Deployment, kind: str, due_at: datetime) -> datetime:
    """Until when a message of that kind may go, exclusive, where nothing else says so."""
    within = policy_of(kind).send_within
    if within is not None:
        return due_at + within
    program = deployment.program
    day = due_at.astimezone(ZoneInfo(program.zone)).date()
    return program.quiet.begins_after(day, program.window.starts, program.zone)


def message_row(deployment: Deployment, draft: Draft, now: datetime) -> dict[str, object]:
    """The draft as a row of the outbox, sealed."""
    row, vault = new_id(), deployment.vault
    silent = draft.medium not in deployment.channels
    reason = draft.dropped or ("no_channel" if silent else None)
    return {
        "id": row,
        "natural_key": draft.key,
        "kind": draft.kind,
        "lane": int(policy_of(draft.kind).lane),
        "state": State.DROPPED if reason else State.DUE,
        "reason": reason,
        "member_id": draft.member_id,
        "staff_id": draft.staff_id,
        "cohort_id": draft.cohort_id,
        "group_id": draft.group_id,
        "incident_id": draft.incident_id,
        "slot": draft.slot,
        "period": draft.period,
        "moved": draft.moved,
        "medium": draft.medium,
        "sender": sender_for(deployment, draft.medium),
        "address_sealed": vault.seal(draft.address, "message", "address", row) if draft.address else None,
        "details_sealed": (
            vault.seal_json(dict(draft.details), "message", "details", row) if draft.details else None
        ),
        "due_at": draft.due_at,
        "not_before": draft.not_before or draft.due_at,
        "send_before": draft.send_before or closes_at(deployment, draft.kind, draft.due_at),
        "created_at": now,
        "settled_at": now if reason else None,
        "attempts": 0,
        "looks": 0,
    }


def put(session: Session, deployment: Deployment, draft: Draft, now: datetime) -> UUID | None:
    """Queues one message; None when its natural key was there already."""
    fresh = insert_new(session, Message, [message_row(deployment, draft, now)], ("natural_key",))
    return next(iter(fresh), None)


def put_many(session: Session, deployment: Deployment, drafts: list[Draft], now: datetime) -> int:
    """Queues the messages whose natural keys are new; returns how many that were."""
    rows = [message_row(deployment, draft, now) for draft in drafts]
    return len(insert_new(session, Message, rows, ("natural_key",)))

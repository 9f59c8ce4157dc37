"""Invites people whom a list names without a recorded consent: one neutral mail, and nothing else before a yes.

By mail only: a text needs consent first. Whoever was given a "no" for mail is not invited.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.member_rows import MemberRow
from engine.outbox import Draft, put_many


def invite(
    session: Session,
    deployment: Deployment,
    fresh: Sequence[MemberRow],
    ids: Mapping[str, UUID],
    now: datetime,
) -> int:
    """Queues an invitation to each of the new people who may be invited; returns how many."""
    if "email" not in deployment.channels:
        return 0
    drafts = [
        Draft(
            key=f"invitation:{ids[row.ref]}",
            kind="invitation",
            medium="email",
            member_id=ids[row.ref],
            due_at=now,
        )
        for row in fresh
        if row.addresses.get("email")
        and not any(row.consents.values())
        and row.consents.get("email") is not False
        and row.status in (None, "active")
    ]
    return put_many(session, deployment, drafts, now)

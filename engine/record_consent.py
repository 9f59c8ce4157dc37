"""The one place that records a consent to be written to, or its end: which channel, when, how, and to which words.

A row is never changed. The newest of a channel is what holds, and the contact point repeats it for planning.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from nudges.agreements import Agreed
from store.models import Consent, ContactPoint, new_id

# A list says only that somebody else has it on record.
ATTESTED = Agreed(
    wording="Attested by the organization's list: a recorded consent that included the limits of confidentiality.",
    version="import-1",
)


def record_consent(
    session: Session, point: ContactPoint, agreed: Agreed, now: datetime, *, how: str, given: bool = True
) -> None:
    """Notes what was agreed to at that contact point, or withdrawn from, and lets planning know."""
    point.consented = given
    session.add(Consent(**consent_row(point.member_id, point.medium, agreed, now, how=how, given=given)))


def consent_row(
    member_id: UUID, medium: str, agreed: Agreed, now: datetime, *, how: str, given: bool
) -> dict[str, object]:
    """The same as values, for a list of thousands; the contact points' own flag is then the caller's to write."""
    return {
        "id": new_id(), "member_id": member_id, "medium": medium, "given": given, "at": now, "how": how,
        "wording": agreed.wording, "wording_version": agreed.version,
    }  # fmt: skip


def record_rows(session: Session, rows: Sequence[dict[str, object]]) -> None:
    """Writes many at once."""
    if rows:
        session.execute(insert(Consent), list(rows))

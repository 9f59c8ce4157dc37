"""Which offer of a call a CALL takes up: that after a red, or that after a worry. What follows is the caller's."""

import re
from datetime import datetime, timedelta
from unicodedata import normalize

from sqlalchemy import select
from sqlalchemy.orm import Session

from nudges.replies import Intent
from store.models import Inbound

OPEN_FOR = timedelta(days=7)
_OFFERS = (Intent.RED, Intent.CONCERN)
_CALL = re.compile(r"\bcall(?:back)?\b", re.IGNORECASE)


def offer_taken_up(session: Session, inbound: Inbound, text: str, now: datetime) -> Intent | None:
    """RED or CONCERN, whichever we answered last, with an offer of a call; None for other words or without one.

    A wish for support that came after it was answered with an offer of its own, which is then the last one.
    """
    if not _CALL.search(normalize("NFKC", text)):
        return None
    last = session.scalar(
        select(Inbound.intent)
        .where(
            Inbound.from_index == inbound.from_index,
            Inbound.intent.in_((*_OFFERS, Intent.SUPPORT)),
            Inbound.received_at > now - OPEN_FOR,
            Inbound.id != inbound.id,
        )
        .order_by(Inbound.received_at.desc(), Inbound.id.desc())
        .limit(1)
    )
    return Intent(last) if last in _OFFERS else None

"""A member's own rhythm, chosen by a word: MONTHLY, or WEEKLY to have the program's back."""

from datetime import datetime

from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.rhythms import follow_member
from store import audit
from store.models import Member


def choose_rhythm(session: Session, deployment: Deployment, member: Member, kind: str, now: datetime) -> bool:
    """From now on that cadence of the program is the member's most frequent one; the first is the program's own.

    False where the program has no such cadence.
    """
    kinds = [cadence.kind for cadence in deployment.program.cadences]
    if kind not in kinds:
        return False
    member.cadence = "" if kind == kinds[0] else " ".join(kinds[kinds.index(kind) :])
    follow_member(session, deployment, member, now)
    audit.record(
        session, at=now, actor=f"member:{member.id}", action=f"chose_{kind}"[:64], subject=str(member.id)
    )
    return True

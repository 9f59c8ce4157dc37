"""One reply of a member while it is acted on: who said what, and the one answer that it may get."""

from datetime import datetime

from sqlalchemy.orm import Session

from engine.correspondent import Correspondent
from engine.deployment import Deployment
from engine.outbox import Draft, put
from nudges.replies import Intent, Understanding
from store.models import Inbound, Member


class Reply:
    """One reply being acted on."""

    def __init__(
        self, session: Session, deployment: Deployment, who: Correspondent, said: Understanding, now: datetime
    ) -> None:
        if who.member is None:
            raise LookupError("a reply without a member")
        self.session, self.deployment, self.who, self.said, self.now = session, deployment, who, said, now
        self.member: Member = who.member
        self.inbound: Inbound = who.inbound

    @property
    def stops(self) -> bool:
        """Whether it is a STOP besides: its one answer is then the last word to that address."""
        return Intent.STOP in self.said.also

    def answer(self, kind: str, **details: str) -> None:
        """Queues the one answer to this reply, unless a machine is talking to us."""
        if self.who.is_loop:
            return
        draft = Draft(
            key=f"answer:{self.inbound.id}",
            kind=kind,
            medium=self.inbound.medium,
            member_id=self.member.id,
            details=details or None,
            due_at=self.now,
        )
        put(self.session, self.deployment, draft, self.now)

"""What a simulation's providers hold against what the outbox says: sent twice, or never arrived."""

from collections import Counter

from sqlalchemy import select

from engine.deployment import Deployment
from engine.outbox import State
from sandbox.mail import Mail
from sandbox.state import SandboxState
from store.models import Message

OUT = (State.SENT, State.DELIVERED, State.UNDELIVERED)


class Wire:
    """Counts copies while the stand-ins still remember them."""

    def __init__(self, sandbox: SandboxState) -> None:
        self._sandbox = sandbox
        self._seen: set[str] = set()
        self._mails: Counter[str] = Counter()
        self._texts: Counter[str] = Counter()

    def look(self) -> None:
        """Notes what is new since the last look."""
        memory, before, now = self._sandbox.memory, self._seen, set()
        for mail in memory.mails():
            now.add(mail.id)
            if mail.id not in before and not mail.is_inbound:
                self._mails[_named(mail)] += 1
        for text in memory.texts():
            now.add(text.sid)
            if text.sid not in before and not text.is_inbound:
                self._texts[text.callback or text.sid] += 1  # the address of its reports names the message
        self._seen = now

    @property
    def twice(self) -> int:
        """Copies beyond the first of one message, which both name on the wire."""
        return sum(count - 1 for copies in (self._mails, self._texts) for count in copies.values())

    def lost(self, deployment: Deployment) -> int:
        """Messages that the outbox calls sent and the provider never had."""
        arrived = len(self._mails) + len(self._texts)
        with deployment.database.reads() as session:
            sent = session.scalars(select(Message.id).where(Message.state.in_(OUT))).all()
        return len(sent) - arrived


def _named(mail: Mail) -> str:
    return " ".join(f"{name}={value}" for name, value in sorted(mail.custom_args.items()))

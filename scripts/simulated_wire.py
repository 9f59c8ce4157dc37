"""What a simulation's providers hold against what the outbox says: sent twice, or never arrived."""

from collections import Counter
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import select

from engine.deployment import Deployment
from engine.outbox import State
from sandbox.sms import Text
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
                self._mails[mail.custom_args.get("m", mail.id)] += 1
        for text in memory.texts():
            now.add(text.sid)
            if text.sid not in before and not text.is_inbound:
                self._texts[_named(text)] += 1
        self._seen = now

    @property
    def twice(self) -> int:
        """Copies beyond the first of one message, which both name on the wire."""
        return sum(count - 1 for copies in (self._mails, self._texts) for count in copies.values())

    def lost(self, deployment: Deployment) -> int:
        """Messages that the outbox calls sent and the provider never had.

        The other way round proves nothing: the rows of a case that was forgotten are gone.
        """
        with deployment.database.reads() as session:
            sent = session.scalars(select(Message.id).where(Message.state.in_(OUT))).all()
        return len({one.hex for one in sent} - self._mails.keys() - self._texts.keys())


def _named(text: Text) -> str:
    """The id of the message: the address of a text's delivery reports carries it."""
    query = parse_qs(urlsplit(text.callback or "").query)
    return query.get("m", [text.sid])[0]

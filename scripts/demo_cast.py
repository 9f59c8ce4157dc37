"""What the sample members answer in the weeks before the demo opens: by their own phones, over the wire."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from engine.deployment import Deployment
from engine.outbox import State
from sandbox.state import SandboxState
from store.models import Member, Message

# Of a hundred nudges. Enough for a console to show, few enough to be there when a browser opens.
_ANSWERS = (("1", 8.0), ("2", 2.0), ("green", 1.5), ("yellow", 1.0), ("1 thanks!", 0.5), ("orange", 0.4))
_TWICE = ("3", "3")  # asks, then confirms: a support request that is open when the demo opens
_CONFIRMS_AFTER = timedelta(minutes=7)
_LATELY = timedelta(days=5)  # before the demo begins: a nudge that somebody may still answer
_WAITS = timedelta(hours=20)  # at most, for the one request in the queue


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Line:
    """Somebody will write this."""

    at: datetime
    ref: str
    words: str


@dataclass(slots=True, kw_only=True)
class Cast:
    """The members, by their rows in the sample list, and what they are about to write."""

    people: Mapping[str, Mapping[str, str]]
    until: datetime
    seed: int
    lines: list[Line] = field(default_factory=list)
    _heard: set[UUID] = field(default_factory=set)
    _asked: bool = False

    def next_at(self) -> datetime | None:
        """When somebody writes next."""
        return min(self.lines).at if self.lines else None

    def hear(self, deployment: Deployment) -> None:
        """Looks at the nudges that went out since last time and decides who answers which, and when."""
        with deployment.database.reads() as session:
            fresh = session.execute(
                select(Message.id, Message.sent_at, Message.slot, Member.ref)
                .join(Member, Member.id == Message.member_id)
                .where(
                    Message.slot.is_not(None),
                    Message.sent_at.is_not(None),
                    Message.state.in_((State.SENT, State.DELIVERED)),
                )
                .order_by(Message.sent_at, Message.id)
            ).all()
        for message_id, sent_at, slot, ref in fresh:
            if message_id not in self._heard and sent_at is not None:
                self._heard.add(message_id)
                self._decide(ref, slot or 0, sent_at)

    def _decide(self, ref: str, slot: int, sent_at: datetime) -> None:
        rng = random.Random(f"{self.seed} {ref} {slot}")  # the same whatever the order in which nudges went
        at = sent_at + timedelta(minutes=rng.uniform(2, 240))
        drawn = rng.uniform(0, 100)
        if not self._asked and self.until - _LATELY < at < self.until - timedelta(hours=1):
            self._asked = True  # the request is still in time when the demo begins, also after a long weekend
            self._plan(max(at, self.until - _WAITS), ref, *_TWICE)
            return
        for words, share in _ANSWERS:
            drawn -= share
            if drawn < 0:
                self._plan(at, ref, words)
                return

    def _plan(self, at: datetime, ref: str, *words: str) -> None:
        for number, each in enumerate(words):
            when = at + number * _CONFIRMS_AFTER
            if when < self.until:
                self.lines.append(Line(at=when, ref=ref, words=each))

    def speak(self, sandbox: SandboxState, now: datetime) -> int:
        """Those whose time has come write, from the phone or mailbox that the program writes to."""
        due = sorted(line for line in self.lines if line.at <= now)
        self.lines = [line for line in self.lines if line.at > now]
        for line in due:
            row = self.people[line.ref]
            if row["sms_consent"] == "yes":
                sandbox.write_text(row["phone"], line.words)
            else:
                sandbox.write_mail(row["email"], line.words)
        return len(due)

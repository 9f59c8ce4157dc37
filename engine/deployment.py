"""What every use case is handed: the database, the keys, the program and this node's channels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import event
from sqlalchemy.orm import Session

from channels.channel import Channel
from channels.imap import ImapMailbox
from engine.arrivals import Arrivals
from engine.program import Program
from escalation.event_mail import EventDoor
from pairing.policy import Policy
from store.database import Database
from store.sealing import Vault

REPLY_PREFIX = "r."
Wake = Callable[[str], None]
Enqueue = Callable[[Session, str], None]
INBOUND = "inbound"  # what `wake` is told, besides a sender: something came in
URGENT = "urgent"  # or somebody is to be paged or answered at once
RELAY = "relay"  # the medium of pages by mail that go over the hospital's own relay, whoever carries the rest


def _nobody_to_wake(sender: str) -> None:
    """`tick` drains by itself, so there is nobody to wake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One running program. `wake` is the seam to whatever carries the drains: a thread pool, or a job queue, whose
    `enqueue` writes in the caller's own transaction."""

    database: Database
    vault: Vault
    program: Program
    policy: Policy = field(default_factory=Policy)  # the program's pairing rules
    group_size: int = 2
    round_length: timedelta = timedelta(days=90)
    round_lengths: Mapping[str, timedelta] = field(default_factory=dict)  # cohort -> its own
    most_change: int = 100  # percent of the running groups that a round may change
    look_ahead: int = 6  # rounds that are planned with the next one, so that it does not spoil them
    channels: Mapping[str, Channel] = field(default_factory=dict)  # medium -> channel
    public_url: str = "http://127.0.0.1:8000"
    lookup_wait: timedelta = timedelta(seconds=60)
    late_after: timedelta = timedelta(minutes=5)  # due for so long and not done: the engine is not well
    heartbeat_url: str | None = None  # pinged while all is well
    reply_domain: str | None = None  # mail replies go to r.TOKEN@ this, where inbound mail is set up
    reply_prefix: str = (
        REPLY_PREFIX  # what stands before the TOKEN there; of a mailbox of one's own: "buddies+r."
    )
    own_addresses: tuple[
        str, ...
    ] = ()  # what our mails come from and are answered to: where a reply's quotation begins
    event_door: EventDoor | None = None  # where the safety-reporting system mails adverse events to
    mailbox: ImapMailbox | None = None  # emptied by this node, where answers by mail arrive in one
    arrivals: Arrivals = field(default_factory=Arrivals)  # what this process is about to store
    wake: Wake = _nobody_to_wake  # after a commit
    enqueue: Enqueue | None = None  # within one

    def length_of(self, cohort: str) -> timedelta:
        """How long a round of that cohort runs."""
        return self.round_lengths.get(cohort, self.round_length)

    def wake_with(self, session: Session, sender: str) -> None:
        """Has that queue looked at once this transaction is committed, and not at all where it is not."""
        if self.enqueue is not None:
            self.enqueue(session, sender)
            return

        @event.listens_for(session, "after_commit")
        def _committed(of: Session) -> None:
            if not of.in_nested_transaction():
                self.wake(sender)

    def channel_of(self, sender: str) -> Channel | None:
        """The channel that empties that queue on this node."""
        return next((channel for channel in self.channels.values() if channel.sender == sender), None)

"""Hands a claimed batch to a channel at the sender's pace.

No database here: a provider call never happens inside a transaction.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from math import ceil

from channels.channel import Channel, Outcome, OutcomeKind, Outgoing
from engine.clock import Clock

MOST_THREADS = 8
IN_ORDER = 4  # requests of one claim for which one thread will do
ROUND_TRIP = 0.08  # seconds that a call may take, at most, for the sender's rate to be kept
WATCH = 0.02  # seconds after which it is asked whether one more thread is worth it
QUICK = 4  # calls in that time that one thread gets through; fewer, and it waits for the provider

_NOTHING_TAKEN = (OutcomeKind.NOT_PROCESSED, OutcomeKind.ACCOUNT)


def spacing(channel: Channel) -> timedelta:
    """The time between two requests that the sender's rate allows."""
    return timedelta(seconds=1 / channel.per_second)


def requests_for(channel: Channel, count: int) -> int:
    """How many provider requests that many messages take."""
    return ceil(count / channel.batch_size)


def hand_over(
    channel: Channel,
    batch: Sequence[Outgoing],
    clock: Clock,
    free_at: datetime,
    until: datetime,
    crew: ThreadPoolExecutor,
) -> list[Outcome | None]:
    """One outcome a message, in order; None for those that were surely never handed over.

    After a sign that the provider takes nothing now (429, refused, account), the rest of the batch stays here;
    so does what has not begun by `until` (wall clock). A slow provider must not outlast the claim: once that
    has run out, others look the rows up and send them, and a late call of ours would be the second.

    One thread of the `crew` begins, and keeps its connection; others join while the provider is slow to answer.
    """
    chunks = [batch[start : start + channel.batch_size] for start in range(0, len(batch), channel.batch_size)]
    # A few go one after the other, so that an answer arrives before the nudge behind it.
    most = max(1, min(MOST_THREADS, ceil(channel.per_second * ROUND_TRIP), ceil(len(chunks) / IN_ORDER)))
    work = _Work(channel, chunks, clock, free_at, until)
    hands = [crew.submit(work.do)]
    while wait(hands, timeout=WATCH if len(hands) < most else None).not_done:
        if work.is_slow(len(hands)):
            hands.append(crew.submit(work.do))
    for hand in hands:
        hand.result()
    outcomes: list[Outcome | None] = []
    for chunk, answered in zip(chunks, work.answers, strict=True):
        outcomes.extend(answered or [None] * len(chunk))
    return outcomes


class _Work:
    """The requests of one claim, taken in turn by whoever is free."""

    def __init__(
        self,
        channel: Channel,
        chunks: Sequence[Sequence[Outgoing]],
        clock: Clock,
        free_at: datetime,
        until: datetime,
    ) -> None:
        self._channel, self._chunks, self._clock = channel, chunks, clock
        self._free_at, self._until = free_at, until
        self._turn = threading.Lock()
        self._next = self._ended = self._seen = 0
        self._is_refused = False
        self.answers: list[Sequence[Outcome] | None] = [None] * len(chunks)

    def do(self) -> None:
        """Takes requests until there are none, or the provider takes nothing now."""
        while (number := self._taken()) is not None:
            answered = self._channel.send(self._chunks[number])
            self.answers[number] = answered
            if any(outcome.kind in _NOTHING_TAKEN for outcome in answered):
                self._is_refused = True
            with self._turn:
                self._ended += 1

    def _taken(self) -> int | None:
        """The next request, at its time; None where the claim would not last long enough to hear the answer."""
        with self._turn:
            number = self._next
            if self._is_refused or number == len(self._chunks):
                return None
            ahead = self._free_at + number * spacing(self._channel) - self._clock.wall()
            if ahead > timedelta():
                self._clock.sleep(ahead)
            if self._is_refused or self._clock.wall() >= self._until:
                self._is_refused = True
                return None
            self._next += 1
            return number

    def is_slow(self, hands: int) -> bool:
        """Whether all hands wait for answers, and few have come since it was asked last."""
        ended, self._seen = self._ended - self._seen, self._ended
        return self._next - self._ended >= hands and ended < hands * QUICK


def was_taken(outcome: Outcome | None) -> bool:
    """Whether the provider did, or may have done, something with the message."""
    return outcome is not None and outcome.kind not in _NOTHING_TAKEN

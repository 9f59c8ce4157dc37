"""Hands a claimed batch to a channel at the sender's pace.

No database here: a provider call never happens inside a transaction.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from math import ceil

from channels.channel import Channel, Outcome, OutcomeKind, Outgoing
from engine.clock import Clock

MOST_THREADS = 8
IN_ORDER = 4  # requests of one claim for which one thread will do
ROUND_TRIP = 0.08  # seconds; how long a call may take before one more thread is worth it

_NOTHING_TAKEN = (OutcomeKind.NOT_PROCESSED, OutcomeKind.ACCOUNT)


def spacing(channel: Channel) -> timedelta:
    """The time between two requests that the sender's rate allows."""
    return timedelta(seconds=1 / channel.per_second)


def requests_for(channel: Channel, count: int) -> int:
    """How many provider requests that many messages take."""
    return ceil(count / channel.batch_size)


def hand_over(
    channel: Channel, batch: Sequence[Outgoing], clock: Clock, free_at: datetime, until: datetime
) -> list[Outcome | None]:
    """One outcome a message, in order; None for those that were surely never handed over.

    After a sign that the provider takes nothing now (429, refused, account), the rest of the batch stays here;
    so does what has not begun by `until` (wall clock). A slow provider must not outlast the claim: once that
    has run out, others look the rows up and send them, and a late call of ours would be the second.
    """
    chunks = [batch[start : start + channel.batch_size] for start in range(0, len(batch), channel.batch_size)]
    # A few go one after the other, so that an answer arrives before the nudge behind it.
    threads = max(1, min(MOST_THREADS, ceil(channel.per_second * ROUND_TRIP), ceil(len(chunks) / IN_ORDER)))
    refused = threading.Event()
    futures: list[Future[Sequence[Outcome] | None] | None] = []
    with ThreadPoolExecutor(threads) as pool:
        for number, chunk in enumerate(chunks):
            ahead = free_at + number * spacing(channel) - clock.wall()
            if ahead > timedelta():
                clock.sleep(ahead)
            if refused.is_set():
                futures.append(None)
            else:
                futures.append(pool.submit(_in_time, channel, chunk, clock, until, refused))
    outcomes: list[Outcome | None] = []
    for future, chunk in zip(futures, chunks, strict=True):
        outcomes.extend((future.result() if future else None) or [None] * len(chunk))
    return outcomes


def _in_time(
    channel: Channel, chunk: Sequence[Outgoing], clock: Clock, until: datetime, refused: threading.Event
) -> Sequence[Outcome] | None:
    """What the provider said; None where the claim would not last long enough to hear it."""
    if refused.is_set():
        return None
    outcomes = channel.send(chunk) if clock.wall() < until else None
    if outcomes is None or any(outcome.kind in _NOTHING_TAKEN for outcome in outcomes):
        refused.set()
    return outcomes


def was_taken(outcome: Outcome | None) -> bool:
    """Whether the provider did, or may have done, something with the message."""
    return outcome is not None and outcome.kind not in _NOTHING_TAKEN

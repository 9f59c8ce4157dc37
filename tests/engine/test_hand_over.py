"""What a slow provider may do to a claim: nothing is begun that the claim has no room for."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from channels.channel import Copy, Outcome, OutcomeKind, Outgoing
from engine.hand_over import MOST_THREADS, hand_over
from tests.stories.world import WorldClock


class SlowChannel:
    """Takes ten seconds for each message, and remembers it."""

    sender, medium, per_second, batch_size, can_look_up = "slow", "sms", 10.0, 1, True

    def __init__(self, clock: WorldClock) -> None:
        self.clock = clock
        self.sent: list[str] = []

    def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        self.clock.at += timedelta(seconds=10)
        self.sent += [message.message_id for message in batch]
        return [Outcome(kind=OutcomeKind.ACCEPTED, provider_id="SM1") for _ in batch]

    def copies(self, to: str) -> Iterator[Copy]:
        return iter(())


def test_what_the_claim_has_no_room_for_is_never_begun(now: datetime) -> None:
    clock = WorldClock(now)
    channel = SlowChannel(clock)
    batch = [Outgoing(message_id=str(number), to="+12025550101", template="x") for number in range(40)]
    with ThreadPoolExecutor(1) as crew:
        outcomes = hand_over(channel, batch, clock, now, now + timedelta(seconds=45), crew)
    begun = [outcome is not None for outcome in outcomes]
    assert begun.count(True) == len(channel.sent) < 40
    assert begun == sorted(begun, reverse=True)


class MeetingChannel(SlowChannel):
    """Answers only once three requests have come together."""

    per_second = 1_000.0

    def __init__(self, clock: WorldClock) -> None:
        super().__init__(clock)
        self.meeting = threading.Barrier(3, timeout=30)

    def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        self.meeting.wait()
        return [Outcome(kind=OutcomeKind.ACCEPTED, provider_id="SM1") for _ in batch]


def test_while_a_provider_is_slow_to_answer_more_hands_join(now: datetime) -> None:
    clock = WorldClock(now)
    batch = [Outgoing(message_id=str(number), to="+12025550101", template="x") for number in range(12)]
    with ThreadPoolExecutor(MOST_THREADS) as crew:
        outcomes = hand_over(MeetingChannel(clock), batch, clock, now, now + timedelta(seconds=45), crew)
    assert len(outcomes) == 12
    assert all(outcome is not None for outcome in outcomes)

"""One drainer at a time empties a sender; a dead one's lease is void, a living one's is not."""

import subprocess
import sys
from datetime import datetime, timedelta

from engine import senders
from engine.deployment import Deployment
from engine.owner import is_surely_dead, new_owner

NAME = "twilio:+15005550006"


def test_a_living_process_is_never_called_dead() -> None:
    assert not is_surely_dead(new_owner())


def test_a_process_that_ended_is_surely_dead_and_one_of_another_machine_is_unknown() -> None:
    script = "from engine.owner import new_owner; print(new_owner())"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    owner = ended.stdout.strip()
    assert is_surely_dead(owner)
    assert not is_surely_dead(owner.replace(owner.split("|")[0], "another-host", 1))


def test_a_second_drainer_waits_until_the_lease_is_given_back_or_runs_out(
    deployment: Deployment, now: datetime
) -> None:
    one, other = new_owner(), new_owner()
    with deployment.database.writes.begin() as session:
        assert senders.acquire(session, NAME, one, now)
        assert not senders.acquire(session, NAME, other, now + timedelta(seconds=1))
        assert senders.acquire(session, NAME, one, now + timedelta(seconds=1))
        assert senders.acquire(session, NAME, other, now + senders.HOLD + timedelta(seconds=2))
        senders.release(session, NAME, other)
        assert senders.acquire(session, NAME, one, now)


def test_each_failure_in_a_row_doubles_the_back_off_and_success_forgets_it(
    deployment: Deployment, now: datetime
) -> None:
    with deployment.database.writes.begin() as session:
        waits = []
        for _ in range(4):
            senders.ensure(session, NAME)
            senders.back_off(session, NAME, now, None, jitter=1.0)
            row = senders.ensure(session, NAME)
            assert row.next_free_at is not None
            waits.append((row.next_free_at - now).total_seconds())
        assert waits == [0.5, 1.0, 2.0, 4.0]
        senders.works(session, NAME)
        assert senders.ensure(session, NAME).failures == 0

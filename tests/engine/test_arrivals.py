"""Messages that come in at the same moment are stored together, each once, and none is lost to another's fault."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from engine.arrivals import Arrivals
from store.database import Database
from store.models import Inbound, new_id
from tests.conftest import NOW

AT_ONCE = 8


def row(sid: str, **changed: Any) -> dict[str, Any]:
    return {
        "id": new_id(), "provider": "twilio", "provider_id": sid, "medium": "sms", "state": "new", "from_index": "f",
        "from_sealed": b"f", "body_sealed": b"b", "body_index": "b", "reply_token_hash": None, "automatic": False,
        "received_at": NOW, **changed,
    }  # fmt: skip


def together(act: Callable[[str], bool], sids: list[str]) -> list[bool | BaseException]:
    """What each gave, all of them begun at one moment."""
    begin = Barrier(len(sids))

    def one(sid: str) -> bool:
        begin.wait(30)
        return act(sid)

    with ThreadPoolExecutor(len(sids)) as pool:
        tasks = [pool.submit(one, sid) for sid in sids]
        wait(tasks, 60)
    return [task.exception() or task.result() for task in tasks]


def stored(database: Database) -> int:
    with database.reads() as session:
        return session.scalar(select(func.count()).select_from(Inbound)) or 0


def test_each_of_many_at_once_is_stored_once_and_the_same_again_is_said_to_be_known(
    database: Database,
) -> None:
    arrivals = Arrivals()
    sids = [f"SM{number // 2}" for number in range(AT_ONCE)]  # each twice
    said = together(lambda sid: arrivals.store(database, row(sid)), sids)
    assert sorted(map(str, said)) == ["False"] * (AT_ONCE // 2) + ["True"] * (AT_ONCE // 2)
    assert stored(database) == AT_ONCE // 2
    assert arrivals.store(database, row("SM0")) is False
    assert arrivals.store(database, row("SM new")) is True


def test_a_row_that_cannot_be_stored_takes_no_other_with_it(database: Database) -> None:
    arrivals = Arrivals()
    sids = [f"SM{number}" for number in range(AT_ONCE)]
    said = together(
        lambda sid: arrivals.store(database, row(sid, medium=None if sid == "SM3" else "sms")), sids
    )
    assert [isinstance(each, IntegrityError) for each in said] == [sid == "SM3" for sid in sids]
    assert stored(database) == AT_ONCE - 1
    with pytest.raises(IntegrityError):
        arrivals.store(database, row("SM bad", medium=None))

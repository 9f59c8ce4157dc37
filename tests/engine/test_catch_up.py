"""After an outage what is not stale goes out over hours, whatever its senders could do."""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import func, select

from engine.catch_up import AT_ONCE, LATE, LONGEST, WHY, CatchUp, catch_up
from engine.plan_nudges import plan_nudges
from engine.rotate import RoundPlan, plan_round, store_round
from store.models import Message, Rhythm
from tests.engine.people import Town

EVENING = timedelta(hours=8)


def test_many_late_nudges_fill_hours_and_no_minute_more_than_its_share(now: datetime) -> None:
    late = 20_000
    spread = CatchUp(late, now)
    instants = [spread.instant(now - timedelta(hours=2), now + EVENING) or now for _ in range(late)]
    waits = [instant - now for instant in instants]
    assert max(waits) <= LONGEST
    busiest = max(Counter(wait // timedelta(minutes=1) for wait in waits).values())
    assert busiest <= late * timedelta(minutes=1) / LONGEST + AT_ONCE + 1


def test_a_few_late_nudges_go_at_once(now: datetime) -> None:
    spread = CatchUp(AT_ONCE, now)
    assert {spread.instant(now - timedelta(hours=2), now + EVENING) for _ in range(AT_ONCE)} == {None}


def test_none_is_put_off_beyond_its_time(now: datetime) -> None:
    spread, closes = CatchUp(20_000, now), now + timedelta(minutes=30)
    instants = [spread.instant(now - timedelta(hours=2), closes) or now for _ in range(20_000)]
    assert max(instants) < closes
    assert (
        CatchUp(20_000, now, at_once=0).instant(now - timedelta(hours=2), now + timedelta(minutes=1)) is None
    )


def test_what_is_due_now_is_not_put_off_for_what_is_late(now: datetime) -> None:
    spread = CatchUp(20_000, now, at_once=0)
    assert spread.instant(now - LATE + timedelta(seconds=1), now + EVENING) is None


def test_planning_after_an_outage_puts_off_what_is_late_and_says_why(town: Town) -> None:
    planned = plan_round(town.deployment, "main", now=town.now)
    assert isinstance(planned, RoundPlan)
    store_round(town.deployment, planned, now=town.now, publish=True, actor="system")
    with town.deployment.database.reads() as session:
        last = session.scalars(select(func.max(Rhythm.next_due_at))).one()
    now = last + LATE
    assert catch_up(town.deployment, last - timedelta(days=2)) is None
    assert catch_up(town.deployment, now) is not None
    assert plan_nudges(town.deployment, now, CatchUp(2, now, at_once=0)) == 2
    rows = [row for row in town.rows(Message) if row.slot is not None]
    assert {(row.state, row.moved) for row in rows} == {("due", WHY)}
    assert all(row.due_at <= last and now < row.not_before < row.send_before for row in rows)

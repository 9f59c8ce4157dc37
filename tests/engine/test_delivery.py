"""Delivery reports arrive in any order, repeated, and sometimes before the answer to the request."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from engine.delivery import take_report
from engine.deployment import Deployment
from engine.outbox import Draft, State, message_row
from store.models import Message


def sending(deployment: Deployment, now: datetime, **columns: object) -> UUID:
    draft = Draft(key="page:x", kind="page", medium="sms", address="+12025550101", due_at=now)
    row = (
        message_row(deployment, draft, now)
        | {"state": State.SENDING, "attempts": 1, "reason": None}
        | columns
    )
    message = Message(**row)
    with deployment.database.writes.begin() as session:
        session.add(message)
    return message.id


def report(
    deployment: Deployment,
    message: UUID,
    status: str,
    now: datetime,
    *,
    sid: str = "SM1",
    code: str | None = None,
) -> bool:
    return take_report(
        deployment, provider="twilio", event_key=f"{sid}:{status}", message_id=message, provider_id=sid,
        status=status, code=code, now=now,
    )  # fmt: skip


def state(deployment: Deployment, message: UUID) -> tuple[str, str | None]:
    with deployment.database.reads() as session:
        row = session.get_one(Message, message)
        return row.state, row.provider_status


def test_a_report_settles_a_row_whose_answer_never_came(deployment: Deployment, now: datetime) -> None:
    message = sending(deployment, now)
    assert report(deployment, message, "sent", now)
    assert state(deployment, message) == (State.SENT, "sent")


def test_reports_move_forward_only_and_a_repeat_does_nothing(deployment: Deployment, now: datetime) -> None:
    message = sending(deployment, now)
    assert report(deployment, message, "delivered", now)
    assert not report(deployment, message, "delivered", now)
    report(deployment, message, "sent", now)
    assert state(deployment, message) == (State.DELIVERED, "delivered")


def test_news_of_a_row_already_queued_again_keeps_it_from_going_twice(
    deployment: Deployment, now: datetime
) -> None:
    message = sending(deployment, now, state=State.DUE)
    report(deployment, message, "sent", now)
    assert state(deployment, message)[0] == State.SENT


def test_an_unreachable_handset_is_tried_once_more(deployment: Deployment, now: datetime) -> None:
    message = sending(deployment, now)
    report(deployment, message, "undelivered", now, code="30003")
    assert state(deployment, message)[0] == State.DUE
    report(deployment, message, "sent", now)
    assert state(deployment, message)[0] == State.DUE


@pytest.mark.parametrize("code", ["30007", "30034", "59999"])
def test_an_operators_refusal_is_final_and_visible(deployment: Deployment, now: datetime, code: str) -> None:
    message = sending(deployment, now)
    report(deployment, message, "undelivered", now + timedelta(seconds=1), code=code)
    with deployment.database.reads() as session:
        row = session.get_one(Message, message)
    assert (row.state, row.reason) == (State.UNDELIVERED, code)


def test_another_messages_report_changes_nothing(deployment: Deployment, now: datetime) -> None:
    message = sending(deployment, now, provider_id="SM9")
    assert not report(deployment, message, "delivered", now, sid="SM1")
    assert state(deployment, message)[0] == State.SENDING

"""A mail provider's event takes effect once: the message moves on, the address rests."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import delete

from channels.sendgrid_webhooks import MailEvent, MailEventKind
from engine.outbox import Draft, State, put
from engine.take_mail_event import take_mail_event
from store.models import Message, Suppression
from tests.engine.people import Town

ADDRESS = "m1@example.org"


def event(town: Town, kind: MailEventKind, **told: object) -> MailEvent:
    made = MailEvent(
        event_id=f"e-{kind}", kind=kind, message_id=None, provider_id="SG1", address="M1@Example.org",
        at=town.now, code=None,
    )  # fmt: skip
    return replace(made, **told)  # type: ignore[arg-type]


def sent_mail(town: Town) -> UUID:
    draft = Draft(key="weekly:1", kind="weekly", medium="email", member_id=town.member(), due_at=town.now)
    with town.deployment.database.writes.begin() as session:
        row = put(session, town.deployment, draft, town.now)
        assert row is not None
        session.get_one(Message, row).state = State.SENDING
    return row


def suppressed(town: Town) -> list[str]:
    return [row.reason for row in town.rows(Suppression)]


@pytest.mark.parametrize(
    ("kind", "state", "reason"),
    [
        (MailEventKind.BOUNCE, State.UNDELIVERED, "bounce"),
        (MailEventKind.DROPPED, State.UNDELIVERED, "provider"),
        (MailEventKind.SPAM_REPORT, State.DELIVERED, "spam_report"),
        (MailEventKind.UNSUBSCRIBE, State.DELIVERED, "unsubscribe"),
        (MailEventKind.GROUP_UNSUBSCRIBE, State.DELIVERED, "unsubscribe"),
    ],
)
def test_what_ends_an_address_settles_the_mail_and_suppresses_once(
    town: Town, kind: MailEventKind, state: State, reason: str
) -> None:
    mail = sent_mail(town)
    assert take_mail_event(town.deployment, event(town, kind), message_id=mail, now=town.now)
    (row,) = town.rows(Message)
    assert row.state == state
    (kept,) = town.rows(Suppression)
    assert (kept.reason, kept.medium) == (reason, "email")
    assert kept.address_index == town.deployment.vault.index(ADDRESS, "email")


@pytest.mark.parametrize("kind", [MailEventKind.BOUNCE, MailEventKind.UNSUBSCRIBE])
def test_a_repeat_does_not_undo_what_came_since(town: Town, kind: MailEventKind) -> None:
    told = event(town, kind)
    assert take_mail_event(town.deployment, told, message_id=None, now=town.now)
    with town.deployment.database.writes.begin() as session:
        session.execute(delete(Suppression))
    assert not take_mail_event(town.deployment, told, message_id=None, now=town.now)
    assert suppressed(town) == []


def test_a_block_and_a_delivery_suppress_nobody(town: Town) -> None:
    for told in (
        event(town, MailEventKind.BOUNCE, blocked=True),
        event(town, MailEventKind.DELIVERED),
        event(town, MailEventKind.DEFERRED, event_id="e-2"),
    ):
        assert take_mail_event(town.deployment, told, message_id=None, now=town.now)
    assert suppressed(town) == []


def test_a_suppression_outlives_a_mail_that_is_none_of_ours(town: Town) -> None:
    told = event(town, MailEventKind.SPAM_REPORT)
    assert take_mail_event(town.deployment, told, message_id=town.member(), now=town.now)
    assert suppressed(town) == ["spam_report"]

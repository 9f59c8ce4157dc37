"""Statuses only move forward, whatever order they come in."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.channel import OutcomeKind
from channels.delivery import DeliveryStatus, advances, kind_of_code, rank

STATUSES = st.sampled_from(list(DeliveryStatus))


def settled(reports: list[str]) -> str | None:
    current = None
    for report in reports:
        if advances(current, report):
            current = report
    return current


def test_every_order_of_the_usual_reports_ends_delivered() -> None:
    for order in permutations(["queued", "sending", "sent", "delivered", "sent"]):
        assert settled(list(order)) == "delivered"


def test_read_follows_delivered_and_nothing_else_that_is_final() -> None:
    assert advances("delivered", "read")
    assert not advances("undelivered", "read")
    assert not advances("read", "delivered")
    assert not advances("delivered", "failed")
    assert not advances("failed", "delivered")


def test_a_word_nobody_knows_changes_nothing() -> None:
    assert rank("teleported") == -1
    assert not advances(None, "teleported")
    assert not advances("sent", "teleported")
    assert advances("teleported", "sent")


@given(st.lists(STATUSES, min_size=1))
def test_the_rank_never_falls_and_a_repeat_never_advances(reports: list[DeliveryStatus]) -> None:
    current: str | None = None
    for report in reports:
        if advances(current, report):
            assert current is None or rank(report) > rank(current)
            current = report
        assert not advances(current, report) or report == DeliveryStatus.READ


def test_what_is_over_and_what_failed_is_told_apart() -> None:
    over = {status for status in DeliveryStatus if status.is_terminal}
    assert over == {"delivered", "undelivered", "failed", "canceled", "read"}
    assert {status for status in DeliveryStatus if status.has_failed} == {"undelivered", "failed", "canceled"}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("21211", OutcomeKind.UNUSABLE),
        ("30006", OutcomeKind.UNUSABLE),
        ("21610", OutcomeKind.SUPPRESSED),
        ("20003", OutcomeKind.ACCOUNT),
        ("20429", OutcomeKind.NOT_PROCESSED),
        ("30007", OutcomeKind.REFUSED),
        ("30008", OutcomeKind.REFUSED),
        ("12345", OutcomeKind.REFUSED),
        (None, OutcomeKind.REFUSED),
    ],
)
def test_a_code_has_one_meaning(code: str | None, kind: OutcomeKind) -> None:
    assert kind_of_code(code) is kind

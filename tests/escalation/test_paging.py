"""Whom an open incident pages next."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.paging import PagingPolicy, is_waiting_too_long, next_page
from escalation.roster import Responder

_NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
_CHAIN = [Responder(id=name, name=name, role="clinician") for name in ("ana", "ben")]


def _paged(policy: PagingPolicy, count: int) -> list[str]:
    pages = (next_page(_CHAIN, number, _NOW, policy) for number in range(count))
    return [page.responder.id for page in pages if page is not None]


def test_paging_goes_down_the_chain_and_round_again() -> None:
    assert _paged(PagingPolicy(), 5) == ["ana", "ben", "ana", "ben", "ana"]
    assert _paged(PagingPolicy(tries=2), 5) == ["ana", "ana", "ben", "ben", "ana"]


def test_the_next_page_follows_after_five_minutes() -> None:
    page = next_page(_CHAIN, 0, _NOW)
    assert page is not None
    assert page.next_at == _NOW + timedelta(minutes=5)
    assert page.media == ("sms", "email")
    assert page.round == 0


@given(pages=st.integers(0, 10**6), tries=st.integers(1, 9))
def test_paging_never_stops_by_itself(pages: int, tries: int) -> None:
    page = next_page(_CHAIN, pages, _NOW, PagingPolicy(tries=tries))
    assert page is not None
    assert page.next_at > _NOW
    assert page.round == pages // (2 * tries)


def test_where_nobody_is_on_call_nobody_is_paged() -> None:
    assert next_page([], 3, _NOW) is None


@pytest.mark.parametrize(("minutes", "waiting"), [(14, False), (15, True), (600, True)])
def test_after_a_quarter_of_an_hour_the_sender_is_told_not_to_wait(minutes: int, waiting: bool) -> None:
    assert is_waiting_too_long(_NOW, _NOW + timedelta(minutes=minutes)) is waiting

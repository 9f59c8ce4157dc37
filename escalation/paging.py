"""Whom to page next for an open incident. It never stops by itself: only a human's acknowledgement does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from escalation.roster import Responder


@dataclass(frozen=True, slots=True, kw_only=True)
class PagingPolicy:
    """How insistently people are paged."""

    every: timedelta = timedelta(minutes=5)  # between two pages
    tries: int = 1  # pages to one person before the next person's turn
    tell_waiting_after: timedelta = timedelta(minutes=15)  # unacknowledged so long: the sender is told
    report_within: timedelta = timedelta(
        minutes=15
    )  # after the promised call the responder says how it stands
    take_back_after: timedelta = timedelta(minutes=15)  # of silence after being reminded of that
    between_own: timedelta = timedelta(minutes=1)  # texts that follow so fast do not page once more


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page to one person, by every medium that reaches them, and when the next one follows."""

    responder: Responder
    media: tuple[str, ...]
    round: int  # how often the whole chain was gone through before; 0 at first
    next_at: datetime  # unless somebody acknowledges


DEFAULT_PAGING = PagingPolicy()


def next_page(
    chain: Sequence[Responder], pages_so_far: int, now: datetime, policy: PagingPolicy = DEFAULT_PAGING
) -> Page | None:
    """The page to send at `now` after `pages_so_far` pages; None where nobody is on call.

    Goes down the chain, then round again, for ever. The chain may differ from the last page's: it is who is
    on call now.
    """
    if not chain:
        return None
    turn = pages_so_far // policy.tries
    responder = chain[turn % len(chain)]
    return Page(
        responder=responder,
        media=responder.media,
        round=turn // len(chain),
        next_at=now + policy.every,
    )


def is_waiting_too_long(opened_at: datetime, now: datetime, policy: PagingPolicy = DEFAULT_PAGING) -> bool:
    """Whether somebody who wrote in a crisis must be told not to wait for us any longer."""
    return now - opened_at >= policy.tell_waiting_after

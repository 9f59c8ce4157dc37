"""How many codes go out, counted for the address and for the network that asks, so that nobody can use up what another
needs: whoever asks for codes to a stranger's number spends a share of their own."""

import ipaddress
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from store.members import contact_by_index
from store.models import Joining

ONE_CODE_EVERY = timedelta(minutes=1)  # to one address
MOST_A_DAY = 4  # to one address, asked for from one network
MOST_A_DAY_IN_ALL = 12  # to one address
MOST_AN_HOUR = 300  # to all strangers together
MOST_AN_HOUR_EACH = 150  # of those, asked for from one network
MOST_WAITING = (
    8  # who ask for a code to one address in a day from one network, whether or not a fresh one goes out
)
MOST_WAITING_IN_ALL = 40


def network_of(host: str) -> str:
    """What counts as one requester: an address, or for IPv6 the 64 bits that one subscriber has."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return host


def may_wait(session: Session, index: str, requester: str, now: datetime) -> bool:
    """Whether one more may ask for a code to that address today; each has a few tries, so it bounds the guesses."""
    day, to_it = now - timedelta(days=1), Joining.address_index == index
    return (
        _count(session, day, to_it) < MOST_WAITING_IN_ALL
        and _count(session, day, to_it, Joining.requester_index == requester) < MOST_WAITING
    )


def may_send(session: Session, medium: str, index: str, requester: str, now: datetime) -> bool:
    """Whether a code may go out to that address now."""
    to_it, by_them = Joining.address_index == index, Joining.requester_index == requester
    sent = Joining.sent_at.is_not(None)
    if _count(session, now - ONE_CODE_EVERY, to_it, sent):
        return False
    day = now - timedelta(days=1)
    if _count(session, day, to_it, sent) >= MOST_A_DAY_IN_ALL:
        return False
    if _count(session, day, to_it, sent, by_them) >= MOST_A_DAY:
        return False
    if contact_by_index(session, medium, index) is not None:
        return True  # somebody we know: strangers cannot use up what members need
    hour = now - timedelta(hours=1)
    return (
        _count(session, hour, sent) < MOST_AN_HOUR
        and _count(session, hour, sent, by_them) < MOST_AN_HOUR_EACH
    )


def _count(session: Session, since: datetime, *where: ColumnElement[bool]) -> int:
    return (
        session.scalar(select(func.count()).select_from(Joining).where(Joining.created_at > since, *where))
        or 0
    )

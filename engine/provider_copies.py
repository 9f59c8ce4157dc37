"""What providers keep of messages, and how it goes: texts at Twilio one by one, mail at SendGrid by the address.

A copy that cannot be deleted now is tried again hourly, three days long; that it stayed is then in the trail.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.sendgrid import SendGridChannel
from channels.twilio import TwilioChannel
from engine.deployment import Deployment
from store import audit
from store.models import ProviderCopy, new_id

_AGAIN = timedelta(hours=1)
_MOST_TRIES = 72
_AT_ONCE = 50


def copy_is_due(session: Session, provider_id: str, due_at: datetime) -> None:
    """Has Twilio's copy of a text deleted from `due_at` on."""
    session.add(ProviderCopy(id=new_id(), medium="sms", provider_id=provider_id, due_at=due_at, tries=0))


def mail_is_due(session: Session, deployment: Deployment, address: str, due_at: datetime) -> None:
    """Has whatever SendGrid keeps of an address erased from `due_at` on; the address is sealed here until then.

    Where mail goes another way nobody can be asked, and nothing is put down.
    """
    if not isinstance(deployment.channels.get("email"), SendGridChannel):
        return
    row = new_id()
    sealed = deployment.vault.seal(address, "provider_copy", "address", row)
    session.add(
        ProviderCopy(id=row, medium="email", provider_id="", address_sealed=sealed, due_at=due_at, tries=0)
    )


def delete_copies(deployment: Deployment, now: datetime) -> int:
    """Deletes the copies that are due; returns how many are gone. One that fails is tried again."""
    with deployment.database.reads() as session:
        due = session.scalars(select(ProviderCopy).where(ProviderCopy.due_at <= now).limit(_AT_ONCE)).all()
    texts = [copy for copy in due if copy.medium == "sms"]
    mails = [copy for copy in due if copy.medium == "email"]
    return _delete_texts(deployment, texts, now) + _erase_mails(deployment, mails, now)


def _delete_texts(deployment: Deployment, copies: Sequence[ProviderCopy], now: datetime) -> int:
    channel, gone = deployment.channels.get("sms"), 0
    for copy in copies:
        is_gone = isinstance(channel, TwilioChannel) and channel.erase(copy.provider_id)
        _settle(deployment, copy, is_gone, now)
        gone += is_gone
        if not is_gone:
            break  # a provider that does not answer holds nobody else up
    return gone


def _erase_mails(deployment: Deployment, copies: Sequence[ProviderCopy], now: datetime) -> int:
    channel, vault = deployment.channels.get("email"), deployment.vault
    if not copies:
        return 0
    addresses = {
        copy.id: vault.open(copy.address_sealed, "provider_copy", "address", copy.id)
        for copy in copies
        if copy.address_sealed
    }
    wanted = sorted(set(addresses.values()))
    erased = channel.erase(wanted) if isinstance(channel, SendGridChannel) else frozenset()
    gone = 0
    for copy in copies:
        is_gone = addresses.get(copy.id) in erased
        _settle(deployment, copy, is_gone, now)
        gone += is_gone
    return gone


def _settle(deployment: Deployment, copy: ProviderCopy, is_gone: bool, now: datetime) -> None:
    with deployment.database.writes.begin() as session:
        row = session.get(ProviderCopy, copy.id)
        if row is None:
            return
        if is_gone:
            session.delete(row)
        elif row.tries < _MOST_TRIES:
            row.tries, row.due_at = row.tries + 1, now + _AGAIN
        else:
            session.delete(row)
            audit.record(
                session, at=now, actor="system", action="provider_copy_stayed",
                detail="at SendGrid" if row.medium == "email" else "at Twilio",
            )  # fmt: skip

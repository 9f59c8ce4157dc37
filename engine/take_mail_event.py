"""Takes what a mail provider reports of one mail: the message moves on, and an address that must rest does."""

from datetime import datetime
from uuid import UUID

from channels.sendgrid_webhooks import MailEvent, MailEventKind
from engine.contact_faults import suppress
from engine.delivery import is_news, settle_report
from engine.deployment import Deployment
from store.addresses import index_form

_REASONS = {
    MailEventKind.BOUNCE: "bounce",
    MailEventKind.DROPPED: "provider",
    MailEventKind.SPAM_REPORT: "spam_report",
}


def take_mail_event(
    deployment: Deployment, event: MailEvent, *, message_id: UUID | None, now: datetime
) -> bool:
    """Records one event with all that it causes, or nothing of it; False for a repeat.

    `message_id` is our own id of the message, where the event names one.
    """
    with deployment.database.writes.begin() as session:
        if not is_news(session, provider="sendgrid", event_key=event.event_id, now=now):
            return False
        if event.kind.status is not None:
            settle_report(
                session, deployment, message_id=message_id, provider_id=event.provider_id or "",
                status=event.kind.status, code=event.code, now=now,
            )  # fmt: skip
        if event.suppresses and event.address:
            index = deployment.vault.index(index_form("email", event.address), "email")
            suppress(session, "email", index, now, _REASONS.get(event.kind, "unsubscribe"))
    return True

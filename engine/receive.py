"""Takes what reached us, once, and leaves understanding it to `answer_inbound`. Short enough for a webhook."""

from datetime import datetime

import structlog
from sqlalchemy import select

from engine.deployment import Deployment
from nudges.mailtext import reply_text
from store.addresses import BadAddress, index_form, normal
from store.models import Inbound, new_id
from store.sealing import token_hash

DRILL = "drill"  # the provider of texts that nobody sent
log = structlog.get_logger(__name__)
LONGEST_BODY = 200_000  # characters kept of one message; a crisis may stand at its end


def receive_sms(
    deployment: Deployment,
    *,
    provider_id: str,
    from_: str,
    body: str,
    now: datetime,
    provider: str = "twilio",
) -> bool:
    """Stores a text for answering; False when it was here already. The same id with another text is refused."""
    return _store(deployment, provider, provider_id, "sms", from_, body, now)


def receive_mail(
    deployment: Deployment,
    *,
    provider: str,
    provider_id: str,
    from_: str,
    text: str | None,
    html: str | None,
    reply_token: str | None,
    automatic: bool,
    own_addresses: tuple[str, ...],
    now: datetime,
) -> bool:
    """Stores what the person wrote in a mail, our own words cut off. Whom it is from, the token decides."""
    body = reply_text(text=text, html=html, own_addresses=(*own_addresses, *deployment.own_addresses))
    return _store(
        deployment,
        provider,
        provider_id,
        "email",
        from_,
        body,
        now,
        reply_token=reply_token,
        automatic=automatic,
    )


def receive_drill(deployment: Deployment, *, sender: str, body: str, now: datetime) -> bool:
    """A made-up text from nobody; what it causes is marked as a drill."""
    return _store(deployment, DRILL, sender, "sms", sender, body, now)


def _store(
    deployment: Deployment,
    provider: str,
    provider_id: str,
    medium: str,
    from_: str,
    body: str,
    now: datetime,
    *,
    reply_token: str | None = None,
    automatic: bool = False,
) -> bool:
    vault, row = deployment.vault, new_id()
    try:
        address = normal(medium, from_)
    except BadAddress:  # a short code, or a sender that hides: kept, so that a crisis text is not lost
        address = from_[:254]
    if len(body) > LONGEST_BODY:
        body = body[: LONGEST_BODY // 2] + "\n" + body[-LONGEST_BODY // 2 :]
    values = {
        "id": row,
        "provider": provider,
        "provider_id": provider_id[:255],
        "medium": medium,
        "state": "new",
        "from_index": vault.index(index_form(medium, address), medium),
        "from_sealed": vault.seal(address, "inbound", "from", row),
        "body_sealed": vault.seal(body, "inbound", "body", row),
        "body_index": vault.index(body, "inbound"),
        "reply_token_hash": token_hash(reply_token) if reply_token else None,
        "automatic": automatic,
        "received_at": now,
    }
    if deployment.arrivals.store(deployment.database, values):
        return True
    with deployment.database.reads() as session:
        known = session.scalar(
            select(Inbound.body_index).where(
                Inbound.provider == provider, Inbound.provider_id == provider_id[:255]
            )
        )
    if known and known != values["body_index"]:  # of an old one we have forgotten what it said
        log.warning("inbound_id_reused", provider=provider, security=True)
    return False

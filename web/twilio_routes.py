"""Twilio's webhooks: checks the signature, stores what came, answers at once. Understanding it comes later."""

from urllib.parse import parse_qsl
from uuid import UUID

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response

from channels.twilio_webhooks import (
    EMPTY_TWIML,
    Malformed,
    Pairs,
    TooLarge,
    TooMany,
    inbound_sms,
    parse_form,
    status_update,
    verify,
)
from engine.delivery import take_report
from engine.deployment import INBOUND
from engine.receive import receive_sms
from web.bodies import WebhookBody
from web.faults import Refused, too_large
from web.site import Site, SiteDep

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/webhooks/twilio", include_in_schema=False)


@router.post("/sms")
def text_came_in(request: Request, body: WebhookBody, site: SiteDep) -> Response:
    """A text that one of our numbers received; the same id again is answered alike and has no effect."""
    try:
        text = inbound_sms(signed_form(request, body, site))
    except Malformed:
        raise Refused(400, "That form is incomplete") from None
    receive_sms(
        site.deployment, provider_id=text.provider_id, from_=text.from_, body=text.body, now=site.now()
    )
    site.deployment.wake(INBOUND)
    return twiml(EMPTY_TWIML)


@router.post("/status")
def delivery_was_reported(request: Request, body: WebhookBody, site: SiteDep) -> Response:
    """What became of a text; `m` in the query is our own id of it."""
    form = signed_form(request, body, site)
    try:
        told = status_update(form, parse_qsl(_query(request), keep_blank_values=True))
    except Malformed:
        raise Refused(400, "That form is incomplete") from None
    take_report(
        site.deployment,
        provider="twilio",
        event_key=f"{told.provider_id}:{told.status}:{told.code or ''}",
        message_id=id_or_none(told.message_id),
        provider_id=told.provider_id,
        status=told.status,
        code=told.code,
        now=site.now(),
    )
    return twiml(EMPTY_TWIML)


def signed_form(request: Request, body: bytes, site: Site) -> Pairs:
    """The form of a request that Twilio signed. Raises Refused; nothing is stored of an unsigned one."""
    try:
        form = parse_form(body)
    except TooLarge:
        raise too_large() from None
    except TooMany:
        raise Refused(400, "That form has too many fields") from None
    signature = request.headers.get("x-twilio-signature")
    if not verify(
        url=_url(request, site), params=form, signature=signature, tokens=site.settings.twilio_tokens
    ):
        site.counters.add("webhook_refused", "twilio")
        log.warning("webhook_refused", provider="twilio", security=True)
        raise Refused(403, "Forbidden")
    return form


def _url(request: Request, site: Site) -> str:
    """What Twilio signed: our public address with the path and query as they came, never Host."""
    raw_path: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query = _query(request)
    path = raw_path.partition(b"?")[0].decode("latin-1")
    return site.settings.public_url.rstrip("/") + path + (f"?{query}" if query else "")


def _query(request: Request) -> str:
    raw: bytes = request.scope["query_string"]
    return raw.decode("latin-1")


def id_or_none(text: str | None) -> UUID | None:
    """The id of ours that a provider sent back; None for anything else."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def twiml(text: str) -> Response:
    """An answer that Twilio reads as instructions."""
    return Response(text, media_type="text/xml")

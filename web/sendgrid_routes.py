"""SendGrid's webhooks: signed events, and inbound mail by signature or by a secret. Answers at once."""

import base64
import binascii
import hashlib
import hmac

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response

from channels.inbound_mail import parse_inbound
from channels.mail_form import NotAForm, form_fields
from channels.sendgrid_webhooks import parse_events, verify_events
from engine.deployment import INBOUND, REPLY_PREFIX
from engine.receive import receive_mail
from engine.take_event_mail import take_event_mail
from engine.take_mail_event import take_mail_event
from web.bodies import EventsBody, MailBody
from web.faults import Refused
from web.site import Site, SiteDep
from web.twilio_routes import id_or_none

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/webhooks/sendgrid", include_in_schema=False)

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"


@router.post("/events")
def mail_events_came_in(request: Request, body: EventsBody, site: SiteDep) -> Response:
    """What became of mails, in any order and any number of times."""
    if not _is_signed(request, body, site):
        raise _refusal(site)
    for event in parse_events(body):
        take_mail_event(site.deployment, event, message_id=id_or_none(event.message_id), now=site.now())
    return Response(status_code=204)


@router.post("/inbound")
@router.post("/inbound/{secret}")
def mail_came_in(request: Request, body: MailBody, site: SiteDep, secret: str = "") -> Response:
    """A mail that somebody wrote to us; what is quoted in it is cut off before it is stored."""
    if not (_is_signed(request, body, site) or _knows_secret(request, secret, site)):
        raise _refusal(site)
    try:
        mail = parse_inbound(form_fields(request.headers.get("content-type", ""), body))
    except NotAForm:
        raise Refused(400, "That is no mail") from None
    provider_id = mail.message_id or hashlib.sha256(body).hexdigest()
    if take_event_mail(site.deployment, mail, provider_id, site.now()):
        site.wake_senders()
        return Response(status_code=204)
    domain = site.settings.inbound_domain or ""
    local_parts = mail.local_parts(domain) if domain else ()
    receive_mail(
        site.deployment,
        provider="sendgrid",
        provider_id=provider_id,
        from_=mail.from_,
        text=mail.text or None,
        html=mail.html or None,
        reply_token=mail.reply_token(REPLY_PREFIX, domain) if domain else None,
        automatic=mail.is_automatic,
        own_addresses=tuple(f"{part}@{domain}" for part in local_parts),
        now=site.now(),
    )
    site.deployment.wake(INBOUND)
    return Response(status_code=204)


def _is_signed(request: Request, body: bytes, site: Site) -> bool:
    """Signed over these bytes within ten minutes of either clock: the demo's provider lives in moved time."""
    return any(
        verify_events(
            raw_body=body,
            signature=request.headers.get(SIGNATURE),
            timestamp=request.headers.get(TIMESTAMP),
            public_key=site.settings.sendgrid_public_key,
            now=instant,
        )
        for instant in ((site.clock.wall(), site.now()) if site.settings.demo else (site.clock.wall(),))
    )


def _knows_secret(request: Request, secret: str, site: Site) -> bool:
    """The secret as the last part of the path, or as the password of basic authentication."""
    wanted = site.settings.inbound_secret
    if not wanted:
        return False
    given = [secret]
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            given.append(base64.b64decode(rest, validate=True).decode().partition(":")[2])
        except (binascii.Error, ValueError):
            return False
    return any(hmac.compare_digest(one.encode(), wanted.encode()) for one in given)


def _refusal(site: Site) -> Refused:
    site.counters.add("webhook_refused", "sendgrid")
    log.warning("webhook_refused", provider="sendgrid", security=True)
    return Refused(403, "Forbidden")

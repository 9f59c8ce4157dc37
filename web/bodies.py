"""Reads request bodies within limits, and refuses forms that another site's page sent."""

from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import Depends, Request

from channels.twilio_webhooks import LARGEST_BODY
from web.faults import Refused, cross_site, too_large

LARGEST_FORM = 32_000
LARGEST_MAIL = 40_000_000  # SendGrid passes on mails of up to 30 MB
LARGEST_EVENTS = 4_000_000
MOST_FIELDS = 100

Form = dict[str, str]


async def _read(request: Request, limit: int) -> bytes:
    """The body, read no further than the limit. Raises Refused (413, or 400 for a length that is none)."""
    told = request.headers.get("content-length")
    if told is not None:
        if not told.isdecimal():
            raise Refused(400, "That request makes no sense")
        if int(told) > limit:
            raise too_large()
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            raise too_large()
    return bytes(body)


async def _webhook_body(request: Request) -> bytes:
    return await _read(request, LARGEST_BODY)


async def _events_body(request: Request) -> bytes:
    return await _read(request, LARGEST_EVENTS)


async def _mail_body(request: Request) -> bytes:
    return await _read(request, LARGEST_MAIL)


async def _form(request: Request) -> Form:
    refuse_other_sites(request)
    body = await _read(request, LARGEST_FORM)
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Refused(400, "That form has too many fields") from None
    return dict(pairs)


def refuse_other_sites(request: Request) -> None:
    """Raises Refused for a post that a browser says came from elsewhere (Fetch Metadata, then Origin)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise cross_site()
        return
    origin = request.headers.get("origin")
    ours = (request.headers.get("host", ""), urlsplit(request.app.state.site.settings.public_url).netloc)
    if origin is not None and urlsplit(origin).netloc not in ours:
        raise cross_site()


WebhookBody = Annotated[bytes, Depends(_webhook_body)]
EventsBody = Annotated[bytes, Depends(_events_body)]
MailBody = Annotated[bytes, Depends(_mail_body)]
PostedForm = Annotated[Form, Depends(_form)]

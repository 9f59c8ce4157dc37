"""Twilio's voice webhook: people who call the number, and responders who take up a page by call."""

from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from channels.twiml import asked, said
from engine.answer_call import Spoken, greet_caller, greet_responder, note_call_back, press
from nudges.voice import spoken
from web.bodies import WebhookBody
from web.site import Site, SiteDep
from web.twilio_routes import id_or_none, signed_form, twiml

router = APIRouter(prefix="/webhooks/twilio", include_in_schema=False)
PATH = "/webhooks/twilio/voice"


@router.post("/voice")
def call_came_in(request: Request, body: WebhookBody, site: SiteDep) -> Response:
    """Says the lines that help and how to be called back; with `p` in the query it is a page that we placed."""
    form = dict(signed_form(request, body, site))
    query = dict(parse_qsl(request.url.query, keep_blank_values=True))
    digit = form.get("Digits", "")
    if "p" in query:
        page = id_or_none(query["p"])
        words = (
            press(site.deployment, page, digit, site.now())
            if digit
            else greet_responder(site.deployment, page)
        )
        return _spoken(site, words, page)
    if digit == "1":
        return _spoken(site, note_call_back(site.deployment, form.get("From", ""), site.now()), None)
    return _spoken(site, greet_caller(site.deployment, site.now()), None)


def _spoken(site: Site, words: Spoken, page: UUID | None) -> Response:
    program = site.deployment.program
    text = spoken(words.kind, program.wording.voice, program.fields() | words.fields)
    action = site.settings.public_url.rstrip("/") + PATH + (f"?p={page.hex}" if page else "")
    return twiml(asked(text, action) if words.asks else said(text, times=2))

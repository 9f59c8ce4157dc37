"""The stand-in Twilio's Messages API, as the published description has it: create, list, fetch, delete."""

import asyncio
import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import UTC, date
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from channels.twilio_webhooks import TooLarge, TooMany, parse_form
from sandbox.answers import Hang, HangUp, twilio_error
from sandbox.calls import call_json
from sandbox.faults import FaultKind
from sandbox.sms import MAGIC, Text, as_json
from sandbox.state import SandboxState

_LONGEST_BODY = 1_600
_LARGEST_PAGE = 1_000


def twilio_routes(state: SandboxState) -> APIRouter:
    """Routes below `/2010-04-01`."""
    router = APIRouter(prefix="/2010-04-01/Accounts/{account_sid}", include_in_schema=False)

    @router.post("/Messages.json")
    async def create(account_sid: str, request: Request) -> Response:
        if refused := unauthorised(state, account_sid, request):
            return refused
        try:
            form = dict(parse_form(await request.body()))
        except (TooLarge, TooMany):
            return twilio_error(413, 20413, "Request entity too large")
        fault = state.faults.of_answer("twilio", sends=True)
        if early := _fault_before(state, fault):
            return early
        if refused := _faulty(state, form):
            return refused
        text = state.accept_text(
            to=form["To"],
            body=form["Body"],
            from_=form.get("From"),
            service=form.get("MessagingServiceSid"),
            callback=form.get("StatusCallback"),
        )
        answer = await _told(state, text, fault)
        state.report_text_later(text)
        return answer

    @router.post("/Calls.json")
    async def placed(account_sid: str, request: Request) -> Response:
        if refused := unauthorised(state, account_sid, request):
            return refused
        try:
            form = dict(parse_form(await request.body()))
        except (TooLarge, TooMany):
            return twilio_error(413, 20413, "Request entity too large")
        fault = state.faults.of_answer("twilio", sends=True)
        if early := _fault_before(state, fault):
            return early
        if refused := _faulty_call(state, form):
            return refused
        call = state.exchange.place(to=form["To"], from_=form["From"], url=form["Url"])
        state.exchange.ring(call)
        return JSONResponse(call_json(call, state.account_sid), 201)

    @router.get("/Messages.json")
    async def listed(account_sid: str, request: Request) -> Response:
        if refused := unauthorised(state, account_sid, request):
            return refused
        if early := _fault_before(state, state.faults.of_answer("twilio", sends=False)):
            return early
        return _page(state, dict(request.query_params))

    @router.get("/Messages/{sid}.json")
    async def fetched(account_sid: str, sid: str, request: Request) -> Response:
        if refused := unauthorised(state, account_sid, request):
            return refused
        text = state.memory.text(sid)
        if text is None:
            return twilio_error(404, 20404, f"The requested resource {request.url.path} was not found")
        return JSONResponse(as_json(text, state.account_sid))

    @router.delete("/Messages/{sid}.json")
    async def erased(account_sid: str, sid: str, request: Request) -> Response:
        if refused := unauthorised(state, account_sid, request):
            return refused
        if early := _fault_before(state, state.faults.of_answer("twilio", sends=False)):
            return early
        if not state.memory.forget_text(sid):
            return twilio_error(404, 20404, f"The requested resource {request.url.path} was not found")
        return Response(status_code=204)

    return router


def unauthorised(state: SandboxState, account_sid: str, request: Request) -> Response | None:
    """The refusal of a request without our account and token; None where it has them."""
    scheme, _, pair = request.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(pair).decode() if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        given = ""
    if given != f"{state.account_sid}:{state.auth_token}":
        return twilio_error(401, 20003, "Authenticate")
    if account_sid != state.account_sid:
        return twilio_error(404, 20404, f"The requested resource {request.url.path} was not found")
    return None


def _fault_before(state: SandboxState, fault: FaultKind | None) -> Response | None:
    """The spoilt answer of a request that is not carried out."""
    if fault is FaultKind.RATE_LIMIT:
        return twilio_error(429, 20429, "Too Many Requests", Retry_After="1")
    if fault is FaultKind.ERROR:
        return twilio_error(500, 20500, "Internal Server Error")
    if fault is FaultKind.HANG:
        return Hang(state.hang_for)
    return None


async def _told(state: SandboxState, text: Text, fault: FaultKind | None) -> Response:
    """The answer of a request that was carried out."""
    if fault is FaultKind.ERROR_AFTER_ACCEPT:
        return twilio_error(500, 20500, "Internal Server Error")
    if fault is FaultKind.HANG_AFTER_ACCEPT:
        return Hang(state.hang_for)
    if fault is FaultKind.HANG_UP:
        return HangUp()
    told = as_json(text, state.account_sid)
    if text.service:
        told |= {"from": None, "status": "accepted", "num_segments": "0"}
    if state.faults.hits(FaultKind.EARLY_CALLBACK, "twilio"):
        await asyncio.to_thread(state.report_text, text)
    return JSONResponse(told, 201)


def _faulty(state: SandboxState, form: Mapping[str, str]) -> Response | None:
    """The refusal of a form that Twilio would not take; codes from its error reference."""
    to, sender = form.get("To", ""), form.get("From", "")
    if not to:
        return twilio_error(400, 21604, "A 'To' phone number is required.")
    if not sender and not form.get("MessagingServiceSid"):
        return twilio_error(400, 21603, "A 'From' phone number is required.")
    if not form.get("Body"):
        return twilio_error(400, 21602, "Message body is required.")
    if len(form["Body"]) > _LONGEST_BODY:
        return twilio_error(400, 21617, f"The concatenated message body exceeds {_LONGEST_BODY} characters.")
    if to in MAGIC:
        return twilio_error(400, *MAGIC[to])
    if not (to.startswith("+") and to[1:].isdecimal() and 8 <= len(to) <= 16):
        return twilio_error(400, 21211, "The 'To' number is not a valid phone number.")
    if sender and sender not in state.numbers:
        return twilio_error(400, 21606, "The 'From' number is not one of this account's.")
    validity = form.get("ValidityPeriod", "1")
    if not validity.isdecimal() or not 1 <= int(validity) <= 36_000:
        return twilio_error(400, 20001, "ValidityPeriod is out of range.")
    if form.get("StatusCallback") and not state.couriers.reaches(form["StatusCallback"]):
        return twilio_error(400, 21609, "The sandbox posts callbacks to this machine only.")
    if state.is_stopped(to):
        return twilio_error(400, 21610, "The recipient has opted out.")
    return None


def _faulty_call(state: SandboxState, form: Mapping[str, str]) -> Response | None:
    """The refusal of a call that Twilio would not place; codes from its error reference."""
    to, sender, url = form.get("To", ""), form.get("From", ""), form.get("Url", "")
    if not to:
        return twilio_error(400, 21201, "No 'To' number is specified")
    if not sender:
        return twilio_error(400, 21213, "The 'From' phone number is required.")
    if not url:
        return twilio_error(400, 21205, "Url parameter is required.")
    if not (to.startswith("+") and to[1:].isdecimal() and 8 <= len(to) <= 16):
        return twilio_error(400, 21211, "The 'To' number is not a valid phone number.")
    if sender not in state.numbers:
        return twilio_error(400, 21210, "The 'From' number is not one that this account may call from.")
    if not state.couriers.reaches(url):
        return twilio_error(400, 21205, "The sandbox asks this machine only.")
    return None


def _page(state: SandboxState, query: Mapping[str, str]) -> Response:
    try:
        size = min(max(int(query.get("PageSize", "50")), 1), _LARGEST_PAGE)
        number = max(int(query.get("Page", "0")), 0)
        on_day = _day_filter(query)
    except ValueError:
        return twilio_error(400, 20001, "Invalid parameter")
    found = state.memory.texts(to=query.get("To"), from_=query.get("From"))
    texts = [text for text in found if on_day(text) and state.memory.text(text.sid) is not None]
    after = query.get("PageToken", "")[2:]
    start = next((place + 1 for place, text in enumerate(texts) if text.sid == after), number * size)
    shown = texts[start : start + size]
    path = f"/2010-04-01/Accounts/{state.account_sid}/Messages.json"
    kept = {name: value for name, value in query.items() if name not in ("Page", "PageToken")}
    following = None
    if start + size < len(texts):
        following = f"{path}?" + urlencode({**kept, "Page": number + 1, "PageToken": f"PA{shown[-1].sid}"})
    return JSONResponse(
        {
            "messages": [as_json(text, state.account_sid) for text in shown],
            "page": number,
            "page_size": size,
            "start": start,
            "end": start + max(len(shown) - 1, 0),
            "uri": f"{path}?" + urlencode(query),
            "first_page_uri": f"{path}?" + urlencode({**kept, "Page": 0}),
            "previous_page_uri": None,
            "next_page_uri": following,
        }
    )


def _day_filter(query: Mapping[str, str]) -> Callable[[Text], bool]:
    """DateSent has day grain: `DateSent=`, `DateSent<=`, `DateSent>=`, each of a day. Raises ValueError."""
    on, until, since = (query.get(name, "")[:10] for name in ("DateSent", "DateSent<", "DateSent>"))
    days = [date.fromisoformat(day) if day else None for day in (on, until, since)]

    def fits(text: Text) -> bool:
        day = text.at.astimezone(UTC).date()
        return (
            (days[0] is None or day == days[0])
            and (days[1] is None or day <= days[1])
            and (days[2] is None or day >= days[2])
        )

    return fits

"""What the stand-ins tell of the account itself, for who looks whether everything is in order; all GET."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from sandbox import sendgrid_api, twilio_api
from sandbox.state import SandboxState

_SCOPES = ["mail.batch.create", "mail.send", "recipients.erasejob.create", "user.scheduled_sends.create"]


def account_routes(state: SandboxState) -> APIRouter:
    """The Twilio account, its numbers, and what the SendGrid key may do."""
    router = APIRouter(include_in_schema=False)

    @router.get("/twilio/2010-04-01/Accounts/{account_sid}.json")
    async def account(account_sid: str, request: Request) -> Response:
        if refused := twilio_api.unauthorised(state, account_sid, request):
            return refused
        told = {"sid": state.account_sid, "friendly_name": "Sandbox", "status": "active", "type": "Full"}
        return JSONResponse(told)

    @router.get("/twilio/2010-04-01/Accounts/{account_sid}/IncomingPhoneNumbers.json")
    async def numbers(account_sid: str, request: Request) -> Response:
        if refused := twilio_api.unauthorised(state, account_sid, request):
            return refused
        wanted = request.query_params.get("PhoneNumber", "")
        found = [_number(state, one) for one in state.numbers if wanted in one]
        told = {"incoming_phone_numbers": found, "page": 0, "page_size": 50, "next_page_uri": None}
        return JSONResponse(told)

    @router.get("/sendgrid/v3/scopes")
    async def scopes(request: Request) -> Response:
        return sendgrid_api.unauthorised(state, request) or JSONResponse({"scopes": _SCOPES})

    return router


def _number(state: SandboxState, number: str) -> dict[str, object]:
    """A number of the account, and where what comes to it is posted; there is no fallback."""
    hooks = f"{state.public_url}/webhooks/twilio"
    return {
        "sid": "PN" + number.removeprefix("+").rjust(32, "0"),
        "account_sid": state.account_sid,
        "phone_number": number,
        "friendly_name": number,
        "capabilities": {"sms": True, "mms": False, "voice": True},
        "sms_url": f"{hooks}/sms",
        "sms_method": "POST",
        "sms_fallback_url": "",
        "voice_url": f"{hooks}/voice",
        "voice_method": "POST",
    }

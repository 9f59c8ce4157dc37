"""The stand-in SendGrid's mail/send and mail/batch, as the published description has them."""

import json
import secrets

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from sandbox.answers import Hang, HangUp, sendgrid_error
from sandbox.faults import FaultKind
from sandbox.mail import Rejected, mails_of
from sandbox.state import SandboxState

_LARGEST = 30_000_000  # bytes; above it the provider answers 413


def sendgrid_routes(state: SandboxState) -> APIRouter:
    """Routes below `/v3/mail`."""
    router = APIRouter(prefix="/v3/mail", include_in_schema=False)

    @router.post("/send")
    async def send(request: Request) -> Response:
        if refused := _unauthorised(state, request):
            return refused
        raw = await request.body()
        if len(raw) > _LARGEST:
            return sendgrid_error(413, "content too large")
        fault = state.faults.of_answer("sendgrid", sends=True)
        if early := _fault_before(state, fault):
            return early
        message_id = secrets.token_urlsafe(16)
        try:
            mails = mails_of(json.loads(raw), message_id=message_id, at=state.clock())
        except ValueError as error:  # Rejected is one too
            told = error if isinstance(error, Rejected) else Rejected("Bad Request", None)
            return sendgrid_error(400, told.message, told.field)
        state.accept_mails(mails)
        return _told(state, message_id, fault)

    @router.post("/batch")
    async def batch(request: Request) -> Response:
        if refused := _unauthorised(state, request):
            return refused
        batch_id = secrets.token_urlsafe(24)
        state.batch_ids.add(batch_id)
        return JSONResponse({"batch_id": batch_id}, 201)

    @router.get("/batch/{batch_id}")
    async def known_batch(batch_id: str, request: Request) -> Response:
        if refused := _unauthorised(state, request):
            return refused
        if batch_id not in state.batch_ids:
            return sendgrid_error(400, "invalid batch id")
        return JSONResponse({"batch_id": batch_id})

    return router


def _unauthorised(state: SandboxState, request: Request) -> Response | None:
    if request.headers.get("authorization") != f"Bearer {state.api_key}":
        return sendgrid_error(401, "authorization required")
    return None


def _fault_before(state: SandboxState, fault: FaultKind | None) -> Response | None:
    """The spoilt answer of a request that is not carried out."""
    if fault is FaultKind.RATE_LIMIT:
        return sendgrid_error(429, "too many requests", Retry_After="1")
    if fault is FaultKind.ERROR:
        return sendgrid_error(500, "internal server error")
    if fault is FaultKind.HANG:
        return Hang(state.hang_for)
    return None


def _told(state: SandboxState, message_id: str, fault: FaultKind | None) -> Response:
    """The answer of a request that was carried out."""
    if fault is FaultKind.ERROR_AFTER_ACCEPT:
        return sendgrid_error(500, "internal server error")
    if fault is FaultKind.HANG_AFTER_ACCEPT:
        return Hang(state.hang_for)
    if fault is FaultKind.HANG_UP:
        return HangUp()
    return Response(status_code=202, headers={"X-Message-Id": message_id})

"""The stand-in SendGrid as the published descriptions have it: mail/send, mail/batch, scheduled_sends, erasejob."""

import json
import re
import secrets
import uuid

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from sandbox.answers import Hang, HangUp, sendgrid_error
from sandbox.faults import FaultKind
from sandbox.mail import Rejected, mails_of
from sandbox.scheduled import schedule_of
from sandbox.state import SandboxState

_MOST_ERASED = 5_000
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_LARGEST = 30_000_000  # bytes; above it the provider answers 413


def sendgrid_routes(state: SandboxState) -> APIRouter:
    """Routes below `/v3`."""
    router = APIRouter(prefix="/v3/mail", include_in_schema=False)

    @router.post("/send")
    async def send(request: Request) -> Response:
        if refused := unauthorised(state, request):
            return refused
        raw = await request.body()
        if len(raw) > _LARGEST:
            return sendgrid_error(413, "content too large")
        fault = state.faults.of_answer("sendgrid", sends=True)
        if early := _fault_before(state, fault):
            return early
        message_id = secrets.token_urlsafe(16)
        try:
            wanted = json.loads(raw)
            mails = mails_of(wanted, message_id=message_id, at=state.clock())
            send_at, batch_id = schedule_of(wanted, now=state.clock(), known=state.scheduled.batches)
        except ValueError as error:  # Rejected is one too
            told = error if isinstance(error, Rejected) else Rejected("Bad Request", None)
            return sendgrid_error(400, told.message, told.field)
        state.schedule_mails(mails, send_at=send_at, batch_id=batch_id)
        return _told(state, message_id, fault)

    @router.post("/batch")
    async def batch(request: Request) -> Response:
        if refused := unauthorised(state, request):
            return refused
        if early := _fault_before(state, state.faults.of_answer("sendgrid", sends=False)):
            return early
        return JSONResponse({"batch_id": state.scheduled.new_batch()}, 201)

    @router.get("/batch/{batch_id}")
    async def known_batch(batch_id: str, request: Request) -> Response:
        if refused := unauthorised(state, request):
            return refused
        if batch_id not in state.scheduled.batches:
            return sendgrid_error(400, "invalid batch id")
        return JSONResponse({"batch_id": batch_id})

    return router


def erasure_routes(state: SandboxState) -> APIRouter:
    """`/v3/recipients/erasejob`: all of an address goes; one that is none refuses the whole request."""
    router = APIRouter(prefix="/v3/recipients", include_in_schema=False)

    @router.post("/erasejob")
    async def erase(request: Request) -> Response:
        if refused := unauthorised(state, request):
            return refused
        if early := _fault_before(state, state.faults.of_answer("sendgrid", sends=False)):
            return early
        try:
            addresses = json.loads(await request.body())["email_addresses"]
        except (ValueError, LookupError, TypeError):
            return sendgrid_error(400, "the request is not formatted correctly", "email_addresses")
        if not isinstance(addresses, list) or not 1 <= len(addresses) <= _MOST_ERASED:
            return sendgrid_error(400, "between 1 and 5000 addresses", "email_addresses")
        for address in addresses:
            if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
                return sendgrid_error(400, f"Email_address {address} is not valid", "email_addresses")
        for address in addresses:
            state.memory.forget_mails(address)
        return JSONResponse({"job_id": str(uuid.uuid4())}, 202)

    return router


def scheduled_routes(state: SandboxState) -> APIRouter:
    """Routes below `/v3/user/scheduled_sends`: pause and cancel a batch that is still to go."""
    router = APIRouter(prefix="/v3/user/scheduled_sends", include_in_schema=False)

    @router.post("")
    async def stop(request: Request) -> Response:
        if refused := unauthorised(state, request):
            return refused
        wanted = json.loads(await request.body())
        if not state.scheduled.stop(wanted.get("batch_id"), wanted.get("status"), state.clock(), anew=True):
            return sendgrid_error(400, "a status for this batch exists already, or the batch does not")
        return JSONResponse(wanted, 201)

    @router.patch("/{batch_id}")
    async def change(batch_id: str, request: Request) -> Response:
        if refused := unauthorised(state, request):
            return refused
        status = json.loads(await request.body()).get("status")
        if not state.scheduled.stop(batch_id, status, state.clock(), anew=False):
            return sendgrid_error(404, "batch id not found")
        return Response(status_code=204)

    @router.get("/{batch_id}")
    async def fetched(batch_id: str, request: Request) -> Response:
        if refused := unauthorised(state, request):
            return refused
        status = state.scheduled.status(batch_id)
        if status is None:
            return sendgrid_error(404, "batch id not found")
        return JSONResponse([{"batch_id": batch_id, "status": status}])

    return router


def unauthorised(state: SandboxState, request: Request) -> Response | None:
    """The refusal of a request without our key; None where it has it."""
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

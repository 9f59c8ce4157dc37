"""Turns refusals and faults into answers: calm pages for people, one line for machines, never a traceback."""

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException

from web.console_session import SignInNeeded, ask_to_sign_in
from web.faults import Refused
from web.headers import add_safe_headers
from web.site import Site

log = structlog.get_logger(__name__)
_MACHINES = ("/webhooks/", "/health/", "/metrics")


def answer_faults(app: FastAPI, site: Site) -> None:
    """Registers the answers for every way a request can go wrong."""

    def refused(request: Request, fault: Exception) -> Response:
        known = fault if isinstance(fault, Refused) else Refused(500, "Something went wrong on our side")
        return _answer(request, site, known)

    def http(request: Request, fault: Exception) -> Response:
        status = fault.status_code if isinstance(fault, HTTPException) else 500
        headers = fault.headers if isinstance(fault, HTTPException) else None
        title = {404: "There is nothing here", 405: "That is not done this way"}.get(
            status, "That did not work"
        )
        return _answer(request, site, Refused(status, title, headers=headers))

    def invalid(request: Request, _fault: Exception) -> Response:
        # The framework's own answer would quote what was sent.
        return _answer(request, site, Refused(422, "That request makes no sense"))

    def broken(request: Request, fault: Exception) -> Response:
        log.error("request_failed", fault=type(fault).__name__)
        words = "It is not your doing. Nothing was half done. Please try again in a minute."
        response = _answer(request, site, Refused(500, "Something went wrong on our side", words))
        add_safe_headers(response.headers)
        return response

    def unsigned(request: Request, _fault: Exception) -> Response:
        return ask_to_sign_in(request)

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(SignInNeeded, unsigned)
    app.add_exception_handler(Exception, broken)


def _answer(request: Request, site: Site, fault: Refused) -> Response:
    path = request.url.path
    if path.startswith(_MACHINES):
        return PlainTextResponse(fault.title + "\n", fault.status, fault.headers)
    if path.startswith("/api/"):
        return JSONResponse({"detail": fault.title}, fault.status, fault.headers)
    response: HTMLResponse = site.member_page(
        "member/message.html", status=fault.status, title=fault.title, words=fault.words
    )
    response.headers.update(fault.headers)
    return response

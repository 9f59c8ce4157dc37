"""Answers that go wrong on the wire: none at all, or a socket closed in the caller's face."""

import asyncio
from typing import Any

from fastapi.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send


class Hang(Response):
    """Never answers: waits until the caller hangs up, or so many seconds, and then closes the socket."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                while (await receive())["type"] != "http.disconnect":
                    continue
        except TimeoutError:
            await _close(receive, send)


class HangUp(Response):
    """Closes the socket without a byte of answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _close(receive, send)


async def _close(receive: Receive, send: Send) -> None:
    """Close the connection underneath.

    ASGI has no word for it, so uvicorn's transport is taken from the object whose method `receive` is.
    Where something wraps that, an answer is begun and not finished, which breaks off as well.
    """
    transport: Any = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            continue
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100000")]})


def twilio_error(status: int, code: int, message: str, **headers: str) -> JSONResponse:
    """An error as Twilio words it."""
    return JSONResponse(
        {
            "code": code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        },
        status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def sendgrid_error(status: int, message: str, field: str | None = None, **headers: str) -> JSONResponse:
    """An error as SendGrid words it."""
    return JSONResponse(
        {"errors": [{"message": message, "field": field, "help": None}]},
        status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )

"""Puts the same safe headers on every answer that does not bring its own."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Our own files and nothing else: no inline script, no inline style, no other host, no frame around us.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Pages for members run no script at all.
POLICY_WITHOUT_SCRIPT = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_ALWAYS = {
    b"content-security-policy": POLICY.encode(),
    b"referrer-policy": b"same-origin",  # no-referrer would make browsers post with `Origin: null`
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=(), interest-cohort=()",
    b"x-robots-tag": b"noindex, nofollow",
    b"cache-control": b"no-store",
}


def add_safe_headers(headers: MutableHeaders) -> None:
    """The same for an answer that is made outside of the middleware: the one to a fault of ours."""
    for name, value in _ALWAYS.items():
        headers.setdefault(name.decode(), value.decode())


class SafeHeaders:
    """ASGI middleware; over TLS it also asks browsers to stay there.

    It also carries out a cookie that a dependency left in `request.state.new_cookie`: routes return answers of
    their own, to which a framework adds nothing.
    """

    def __init__(self, app: App, *, is_https: bool) -> None:
        self._app = app
        self._headers = dict(_ALWAYS)
        if is_https:
            self._headers[b"strict-transport-security"] = b"max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers as the application does, with the missing headers added."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                named = {name.lower() for name, _ in headers}
                headers += [(name, value) for name, value in self._headers.items() if name not in named]
                if cookie := scope.get("state", {}).get("new_cookie"):
                    headers.append((b"set-cookie", cookie.encode("latin-1")))
                message["headers"] = headers
            await send(message)

        await self._app(scope, receive, send_with_headers)

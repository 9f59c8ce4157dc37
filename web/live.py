"""Parts of a page that refresh themselves: sent anew only when they changed, so that nobody is read the same twice."""

import hashlib
import re

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

_CLOCK = re.compile(r'<p class="today">.*?</p>', re.DOTALL)  # moves by itself and is no news


def live(html: str) -> Markup:
    """The part with a fingerprint of itself, which the next request sends along. `html` is a rendered template."""
    seen = hashlib.sha256(_CLOCK.sub("", html).encode()).hexdigest()[:16]
    field = f'<input type="hidden" id="seen" name="seen" value="{seen}">'
    return Markup(field + html)  # noqa: S704


def refreshed(request: Request, part: Markup) -> Response | None:
    """The answer to a refresh: 204 where nothing changed (htmx leaves the page alone); None for a whole page."""
    if request.headers.get("hx-request") is None:
        return None
    seen = request.query_params.get("seen", "")
    if seen and f'value="{seen}"' in part[:120]:
        return Response(status_code=204)
    return HTMLResponse(part)

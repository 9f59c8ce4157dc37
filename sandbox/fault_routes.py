"""The switches over HTTP: `GET /faults` shows them, `POST /faults` sets one or clears all."""

import json
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from sandbox.faults import FaultKind
from sandbox.state import SandboxState


def fault_routes(state: SandboxState) -> APIRouter:
    """JSON or a form: `{"kind": "rate_limit", "next": 3, "chance": 0.1}`, or `{"clear": true}`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/faults")
    async def shown() -> Response:
        return JSONResponse(state.faults.settings())

    @router.post("/faults")
    async def switched(request: Request) -> Response:
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return JSONResponse({"error": "cross-site"}, 403)
        raw = await request.body()
        is_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        try:
            wanted = dict(parse_qsl(raw.decode())) if is_form else json.loads(raw or b"{}")
            _apply(state, wanted)
        except (ValueError, TypeError, AttributeError) as error:
            return JSONResponse({"error": str(error), "kinds": [kind.value for kind in FaultKind]}, 400)
        if is_form:
            return RedirectResponse(f"{request.scope.get('root_path', '')}/phones", 303)
        return JSONResponse(state.faults.settings())

    return router


def _apply(state: SandboxState, wanted: dict[str, Any]) -> None:
    if wanted.get("clear"):
        state.faults.clear()
        return
    state.faults.set(
        FaultKind(wanted.get("kind", "")),
        next_requests=int(wanted.get("next") or 0),
        chance=float(wanted.get("chance") or 0.0),
        only=wanted.get("only") or None,
    )

"""The phones page: each person's texts and mails as that person sees them, with a box to answer."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader

from sandbox.faults import FaultKind
from sandbox.screens import Person, people, screen
from sandbox.state import SandboxState

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_LONGEST = 1_600


def phone_routes(state: SandboxState) -> APIRouter:
    """`/phones`, the parts of it that refresh themselves, and where the box posts to."""
    router = APIRouter(include_in_schema=False)
    pages = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)

    def page(name: str, request: Request, **more: Any) -> Response:
        root = request.scope.get("root_path", "")
        html = pages.get_template(name).render(root=root, clock=state.clock(), **more)
        return HTMLResponse(html, headers=_HEADERS)

    @router.get("/phones")
    async def shown(request: Request, who: str = "", by: str = "", q: str = "") -> Response:
        chosen = _chosen(state, who)
        return page(
            "phones.html",
            request,
            q=q,
            people=people(state, q),
            person=chosen,
            screen=screen(state, chosen, by) if chosen else None,
            version=state.memory.changes,
            faults=state.faults.settings(),
            fault_kinds=list(FaultKind),
        )

    @router.get("/phones/people")
    async def list_part(request: Request, who: str = "", q: str = "", version: int = -1) -> Response:
        if version == state.memory.changes:
            return Response(status_code=204)  # htmx leaves the page as it is
        return page(
            "people.html",
            request,
            q=q,
            people=people(state, q),
            person=_chosen(state, who),
            version=state.memory.changes,
        )

    @router.get("/phones/screen")
    async def screen_part(request: Request, who: str, by: str = "", version: int = -1) -> Response:
        chosen = _chosen(state, who)
        if chosen is None or version == state.memory.changes:
            return Response(status_code=204)
        return page(
            "screen.html",
            request,
            person=chosen,
            screen=screen(state, chosen, by),
            version=state.memory.changes,
        )

    @router.get("/phones/clock")
    async def clock_part(request: Request) -> Response:
        return page("clock.html", request)

    _add_answering(router, state)
    _add_calling(router, state)
    return router


def _add_answering(router: APIRouter, state: SandboxState) -> None:
    @router.post("/phones/answer")
    async def answered(request: Request) -> Response:
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return Response("cross-site", 403)
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
        chosen = _chosen(state, form.get("who", ""))
        words = form.get("words", "").strip()[:_LONGEST]
        by = form.get("by", "sms")
        if chosen and words:
            _write(state, chosen, by, words)
        root = request.scope.get("root_path", "")
        kept = urlencode({"who": form.get("who", ""), "by": by, "q": form.get("q", "")})
        return RedirectResponse(f"{root}/phones?{kept}#answer", 303)


def _add_calling(router: APIRouter, state: SandboxState) -> None:
    @router.post("/phones/call")
    async def called(request: Request) -> Response:
        chosen, form = await _posted(request, state)
        if chosen and chosen.contact.phone:
            state.call_program(chosen.contact.phone)
        return _back(request, form)

    @router.post("/phones/press")
    async def pressed(request: Request) -> Response:
        _, form = await _posted(request, state)
        if form.get("key", "") in ("1", "2", "3"):
            state.exchange.press(form.get("call", ""), form["key"])
        return _back(request, form)


async def _posted(request: Request, state: SandboxState) -> tuple[Person | None, dict[str, str]]:
    """Who pressed what; nothing where another site's page sent it."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return None, {}
    form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
    return _chosen(state, form.get("who", "")), form


def _back(request: Request, form: dict[str, str]) -> Response:
    kept = urlencode({"who": form.get("who", ""), "by": "sms", "q": form.get("q", "")})
    return RedirectResponse(f"{request.scope.get('root_path', '')}/phones?{kept}#answer", 303)


def _chosen(state: SandboxState, who: str) -> Person | None:
    if not who:
        return None
    contact = state.memory.contact(who)
    known = contact.addresses and (contact.name != who or state.memory.thread(who))
    return Person.of(state, contact) if known else None


def _write(state: SandboxState, person: Person, by: str, words: str) -> None:
    if by == "mail" and person.contact.email:
        if state.memory.last_mail_to(person.contact.email) is not None:
            state.write_mail(person.contact.email, words)
    elif person.contact.phone:
        state.write_text(person.contact.phone, words)

"""What every route is handed: the deployment, the clock, the keys of the pages, and how a page is rendered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment

from engine.clock import Clock
from engine.deployment import Deployment
from web.counters import Counters
from web.headers import POLICY_WITHOUT_SCRIPT
from web.seals import Seals
from web.settings import WebSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One running web part."""

    deployment: Deployment
    clock: Clock
    settings: WebSettings
    templates: Mapping[str, Environment]  # by language
    seals: Seals
    counters: Counters = field(default_factory=Counters)

    def now(self) -> datetime:
        """The program's instant."""
        return self.clock.now()

    def render(self, name: str, *, language: str = "", **values: Any) -> str:
        """A template filled with what every page may say, and the values; in that language or the program's."""
        program = self.deployment.program
        chosen = language or program.language
        shared: Mapping[str, Any] = {
            "program": program,
            "lines": program.fields(),
            "resources": program.resources,
            "demo": self.settings.demo,
            "version": self.settings.version,
            "now": self.now(),
            "language": chosen,
        }
        spoken = self.templates.get(chosen) or self.templates["en"]
        return spoken.get_template(name).render(**(dict(shared) | values))

    def page(self, name: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """A page of the console."""
        return HTMLResponse(self.render(name, **values), status)

    def member_page(self, name: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """A page for members: it may run no script at all."""
        headers = {"Content-Security-Policy": POLICY_WITHOUT_SCRIPT}
        return HTMLResponse(self.render(name, **values), status, headers)

    def wake_senders(self) -> None:
        """Has every queue looked at: something may have been put into one."""
        for channel in self.deployment.channels.values():
            self.deployment.wake(channel.sender)


def _site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


SiteDep = Annotated[Site, Depends(_site_of)]

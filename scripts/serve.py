"""`prepaired serve`: web pages, webhooks and the scheduler in one process, or one of them by itself."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from config.settings import Settings
    from web.settings import WebSettings


class Part(StrEnum):
    """What one node runs."""

    WEB = "web"
    WORKER = "worker"


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 8000,
    only: Annotated[
        Part | None, typer.Option(help="Only the pages and webhooks, or only the scheduler.")
    ] = None,
) -> None:
    """Run web pages, webhooks and the scheduler until told to end (Ctrl-C, SIGTERM).

    Put a proxy in front that speaks TLS and set PREPAIRED_PUBLIC_URL to what members see.

    Example: prepaired serve --host 127.0.0.1 --port 8000
    """
    from contextlib import ExitStack

    from engine.clock import SystemClock
    from engine.scheduler import Scheduler, waking
    from scripts.serving import Ending, Served, bound_socket, log_requests
    from scripts.wiring import deployment_from, prepared_database, read_settings, settled

    settings = read_settings()
    _refuse_sandbox(settings)
    ending, clock = Ending(), SystemClock()
    ending.listen()
    log_requests()
    with ExitStack() as stack:
        bound = bound_socket(host, port) if only is not Part.WORKER else None
        if bound is not None:
            stack.callback(bound.close)
        database = stack.enter_context(prepared_database(settings))
        deployment = deployment_from(settings, database, clock=clock)
        settled(deployment, clock)
        if only is Part.WEB:
            deployment = waking(deployment)
        else:
            scheduler = Scheduler(deployment, clock)
            deployment = scheduler.deployment
            scheduler.start()
            stack.callback(scheduler.stop)
        if bound is not None:
            from web.app import create_app

            app = create_app(deployment, clock, web=web_settings(settings))
            stack.enter_context(Served(app, bound, access_log=True))
            typer.echo(f"Serving {settings.public_url} on {host}, port {bound.getsockname()[1]}.", err=True)
        else:
            typer.echo("The scheduler runs.", err=True)
        ending.wait()
        typer.echo("Ending: what is under way is finished first.", err=True)


def _refuse_sandbox(settings: "Settings") -> None:
    from scripts.errors import UsageFault

    for variable, provider in (
        ("PREPAIRED_SMS__PROVIDER", settings.sms.provider),
        ("PREPAIRED_EMAIL__PROVIDER", settings.email.provider),
    ):
        if provider == "sandbox":
            raise UsageFault(
                f"{variable}: 'sandbox' is for `prepaired demo` and tests; name a real one, or off"
            )


def web_settings(settings: "Settings", *, demo: bool = False) -> "WebSettings":
    """What the pages are told of the settings."""
    from scripts.main import version_of
    from web.settings import WebSettings

    twilio, sendgrid = settings.twilio, settings.sendgrid
    tokens = (twilio.auth_token, twilio.auth_token_previous)
    return WebSettings(
        secret_key=settings.secret_key.get_secret_value().encode() if settings.secret_key else b"",
        public_url=settings.public_url,
        twilio_tokens=tuple(token.get_secret_value() for token in tokens if token is not None),
        sendgrid_public_key=sendgrid.webhook_public_key,
        inbound_secret=sendgrid.inbound_secret.get_secret_value() if sendgrid.inbound_secret else None,
        inbound_domain=sendgrid.inbound_domain,
        demo=demo,
        version=version_of(),
    )

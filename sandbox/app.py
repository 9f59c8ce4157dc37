"""Puts the stand-in providers, their switches and the phones page together, to be mounted at `/sandbox`."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from sandbox.accounts import account_routes
from sandbox.fault_routes import fault_routes
from sandbox.phones import phone_routes
from sandbox.sendgrid_api import erasure_routes, scheduled_routes, sendgrid_routes
from sandbox.state import SandboxState
from sandbox.twilio_api import twilio_routes

_HERE = Path(__file__).parent


def create_sandbox(state: SandboxState) -> FastAPI:
    """An application with `/twilio` and `/sendgrid`, where the clients point, and `/phones` and `/faults`.

    Mounted at `/sandbox`, the bases are `http://127.0.0.1:PORT/sandbox/twilio` and `.../sandbox/sendgrid`.
    """
    app = FastAPI(title="Prepaired sandbox", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(twilio_routes(state), prefix="/twilio")
    app.include_router(sendgrid_routes(state), prefix="/sendgrid")
    app.include_router(scheduled_routes(state), prefix="/sendgrid")
    app.include_router(erasure_routes(state), prefix="/sendgrid")
    app.include_router(account_routes(state))
    app.include_router(fault_routes(state))
    app.include_router(phone_routes(state))
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="sandbox-static")
    return app

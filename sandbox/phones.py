"""The phones page."""

from fastapi import APIRouter

from sandbox.state import SandboxState


def phone_routes(state: SandboxState) -> APIRouter:
    """Routes below `/phones`."""
    return APIRouter()

"""Tells a watcher outside that all is well, and only then: silence is the alarm, whatever has died."""

import structlog

from channels.heartbeat import ping
from engine.clock import Clock
from engine.deployment import Deployment
from engine.engine_health import engine_health

log = structlog.get_logger(__name__)


def beat(deployment: Deployment, clock: Clock) -> bool:
    """Pings the program's watcher if there is one and due work is being done; whether the ping arrived."""
    if deployment.heartbeat_url is None:
        return False
    health = engine_health(deployment, clock)
    if not health.is_well:
        log.warning("heartbeat_withheld", what=[trouble.what for trouble in health.troubles])
        return False
    arrived = ping(deployment.heartbeat_url)
    if not arrived:
        log.warning("heartbeat_failed")
    return arrived

"""The member's own yes, from the support page: into the coordinator's queue, once."""

from collections.abc import Mapping
from datetime import datetime

from engine.deployment import Deployment
from engine.link_holders import Done, holder_of
from engine.request_support import confirm, open_request_of
from escalation.requests import RequestState


def ask_for_support(
    deployment: Deployment, token: str, source: str, wishes: Mapping[str, str], now: datetime
) -> Done:
    """Confirms the request, `source` being self or concern; wishes written later are added to the one that is open."""
    with deployment.database.writes.begin() as session:
        holder = holder_of(session, token, now)
        if holder is None:
            return Done.NO_LINK
        before = open_request_of(session, holder.member.id)
        was_open = before is not None and before.state != RequestState.PENDING
        kept = {name: words for name, words in wishes.items() if words}
        confirm(session, deployment, holder.member, now, source=source, wishes=kept or None)
    if not was_open:
        return Done.NEW
    return Done.ADDED if kept else Done.ALREADY

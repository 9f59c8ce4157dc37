"""Answers whoever texts the program's word with a link to join, or to their page: the same text for everybody."""

from datetime import datetime

from sqlalchemy.orm import Session

from engine.confirm_address import joining_by_link
from engine.correspondent import Correspondent
from engine.deployment import Deployment
from engine.outbox import Draft, put


def answer_program_word(session: Session, deployment: Deployment, who: Correspondent, now: datetime) -> bool:
    """Whether the text was the program's word; then its one answer is queued.

    By text only, since a mail's sender proves nothing, and not while nobody may join. A number that said STOP
    is not answered.
    """
    word = "".join(sign for sign in who.text.upper() if sign.isalnum())
    join = deployment.program.join
    if who.inbound.medium != "sms" or word != join.word or not join.is_open:
        return False
    if who.is_loop or who.is_suppressed:
        return True
    token = joining_by_link(session, deployment, "sms", who.address, now)
    draft = Draft(
        key=f"answer:{who.inbound.id}", kind="join_link", medium="sms", address=who.address,
        details={"path": f"/j/{token}"}, due_at=now,
    )  # fmt: skip
    put(session, deployment, draft, now)
    return True

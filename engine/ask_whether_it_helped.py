"""Two questions after a case, answered without a name: what is kept is a count, tied to no case, person or day."""

from datetime import datetime

from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.links import Purpose, issue, resolve, spend
from nudges.clock import zone_of
from store.models import HelpCount

QUESTIONS = {
    "helped": "Did it help to talk?",
    "again": "Would you tell a colleague to take up such an offer?",
}
ANSWERS = ("yes", "somewhat", "no")


def link_to_questions(session: Session, deployment: Deployment, now: datetime) -> str:
    """The address of the two questions. The link belongs to nobody: not to the member, not to the message."""
    return f"{deployment.public_url}/helped/{issue(session, Purpose.HELPED, now=now)}"


def may_answer(deployment: Deployment, token: str, now: datetime) -> bool:
    """Whether that link still takes an answer."""
    with deployment.database.reads() as session:
        return resolve(session, token, Purpose.HELPED, now) is not None


def count_answers(deployment: Deployment, token: str, answers: dict[str, str], now: datetime) -> bool:
    """Counts the answers, once; False for a link that is used or over. What is no answer is left out."""
    period = f"{now.astimezone(zone_of(deployment.program.zone)).year}"
    with deployment.database.writes.begin() as session:
        if spend(session, token, Purpose.HELPED, now) is None:
            return False
        for question in QUESTIONS:
            answer = answers.get(question, "")
            if answer not in ANSWERS:
                continue
            row = session.get(HelpCount, (period, question, answer), with_for_update=True)
            if row is None:
                session.add(HelpCount(period=period, question=question, answer=answer, count=1))
            else:
                row.count += 1
    return True

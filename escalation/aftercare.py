"""When to look after somebody again once an incident is over: about 72 hours, and a month, later.

The two instants are those at which TRiM looks again; they are computed once, when an incident closes.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from escalation.incidents import About, IncidentOutcome

REMIND_AGAIN = timedelta(
    hours=24
)  # undone so long after it was due: those who answer for the program hear of it


class Step(StrEnum):
    """Which look it is."""

    DAYS = "days"
    MONTH = "month"


_AFTER = {Step.DAYS: timedelta(hours=72), Step.MONTH: timedelta(days=30)}


def aftercare(about: str, outcome: IncidentOutcome, closed_at: datetime) -> dict[Step, datetime]:
    """The looks that an incident is owed and when each is due; none after a false alarm or a mere call-back."""
    if outcome is IncidentOutcome.FALSE_ALARM or about == About.CALL_BACK:
        return {}
    return {step: closed_at + after for step, after in _AFTER.items()}

"""Adverse events from other software: everybody who was there is offered outreach; the answer names nobody."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.api_keys import Admission, admit
from engine.open_cases import Involved, Report, open_cases
from escalation.ways_in import LONGEST_NAME, LONGEST_SENTENCE, BadSentence, Kind, Source, sentence
from web.faults import Refused
from web.site import SiteDep

_bearer = HTTPBearer(auto_error=False, description="A key made by `prepaired api-key`.")
router = APIRouter(prefix="/api/v1")
MOST_INVOLVED = 50
Short = Annotated[str, Field(max_length=LONGEST_NAME)]


class PersonIn(BaseModel):
    """Somebody who was there: a member by the organization's id, or a name with a way to reach them."""

    model_config = ConfigDict(extra="forbid")

    id: Short = ""
    name: Short = ""
    phone: Short = ""
    email: Annotated[str, Field(max_length=254)] = ""
    unit: Short = ""
    how: Annotated[str, Field(max_length=200)] = ""

    @model_validator(mode="after")
    def can_be_found(self) -> "PersonIn":
        """An id, or a name."""
        if not (self.id.strip() or self.name.strip()):
            raise ValueError("give an id or a name")
        return self


class EventIn(BaseModel):
    """What happened, in a word, and who was there. No number of the event is taken."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    sentence: Annotated[str, Field(max_length=LONGEST_SENTENCE)] = ""
    involved: Annotated[list[PersonIn], Field(max_length=MOST_INVOLVED)] = Field(default_factory=list)
    unit: Short = ""  # everybody on it, as one group


class EventOut(BaseModel):
    """How many people, or groups, will be offered outreach. Nothing of who they are."""

    accepted: int
    looks_clinical: list[str]  # words that do not belong into the sentence; it was kept all the same


def _caller(site: SiteDep, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> str:
    """Whose key it is; asked before anything of the event is looked at."""
    key = given.credentials if given else ""
    admission, name = admit(site.deployment, key, site.clock.wall()) if key else (Admission.UNKNOWN, "")
    if admission is Admission.UNKNOWN:
        raise Refused(401, "A key is needed", headers={"WWW-Authenticate": "Bearer"})
    if admission is Admission.TOO_MANY:
        raise Refused(429, "Too many calls; try again in a minute", headers={"Retry-After": "60"})
    return name


@router.post("/events", status_code=202, summary="An adverse event: offer outreach to everybody involved")
def report_event(event: EventIn, name: Annotated[str, Depends(_caller)], site: SiteDep) -> EventOut:
    """Opens or adds to a case for each person; members are told by their own channel, others by a human only."""
    try:
        said = sentence(event.sentence)
    except BadSentence as fault:
        raise Refused(422, str(fault)) from None
    involved = [
        Involved(
            member=one.id.strip(), name=one.name.strip(), phone=one.phone.strip(), email=one.email.strip(),
            unit=one.unit.strip(), how=one.how.strip(),
        )
        for one in event.involved
    ]  # fmt: skip
    if event.unit.strip():
        involved.append(Involved(unit=event.unit.strip(), is_group=True))
    if not involved:
        raise Refused(422, "Name who was there, or a unit")
    report = Report(involved=involved, source=Source.EVENT, kind=event.kind, sentence=said.text)
    count = open_cases(site.deployment, report, actor=f"api:{name}", now=site.now())
    site.wake_senders()
    return EventOut(accepted=count, looks_clinical=list(said.looks_clinical))

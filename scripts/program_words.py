"""The words of a program, from the values of its file: texts, lines to turn to, what is agreed to, what is said."""

from datetime import timedelta
from types import MappingProxyType

from config.program_file import ProgramFile
from escalation.call_script import CallScript
from escalation.resources import Resource, Use
from escalation.unreached import Stage
from nudges.agreements import Agreement
from nudges.texts import Mail, Wording


def resources_in(file: ProgramFile) -> tuple[Resource, ...]:
    """Where to turn in the program's country."""
    return tuple(
        Resource(
            use=Use(part.use),
            name=part.name,
            number=part.number,
            text=part.text,
            url=part.url,
            note=part.note,
            source=part.source,
            as_of=part.as_of,
        )
        for part in file.resources_of(file.country)
    )


def wording_in(file: ProgramFile) -> Wording:
    """Every text by kind."""
    return Wording(
        sms=MappingProxyType(dict(file.wording.sms)),
        mail=MappingProxyType(
            {kind: Mail(subject=part.subject, body=part.body) for kind, part in file.wording.mail.items()}
        ),
        voice=MappingProxyType(dict(file.wording.voice)),
        mail_footer=file.wording.mail_footer,
        unmonitored=file.wording.unmonitored if file.unmonitored else "",
    )


def agreement_in(file: ProgramFile) -> Agreement:
    """What members accept."""
    part = file.confidentiality
    return Agreement(
        edition=part.edition,
        is_draft=part.draft,
        limits=tuple(part.limits),
        separation=part.separation.strip(),
    )


def call_script_in(file: ProgramFile) -> CallScript:
    """What a responder says. Raises ValueError for a field that there is not."""
    part = file.wording.call_script
    return CallScript(
        greeting=part.greeting,
        greeting_called=part.greeting_called,
        ask_self=tuple(part.ask_self),
        mind_self=part.mind_self,
        ask_other=tuple(part.ask_other),
        mind_other=part.mind_other,
        stages=tuple(
            Stage(after=timedelta(minutes=one.after_minutes), title=one.title, steps=tuple(one.steps))
            for one in part.unreached
        ),
    )

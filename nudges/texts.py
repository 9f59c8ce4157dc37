"""What a message says: the program's wording, filled with a member's own fields, for SMS or mail.

Plain values only; `channels` puts on a mail's HTML dress. The wording itself is data of the program file.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from nudges.kinds import policy_of
from nudges.segments import normal, plain

_T = TypeVar("_T")

# First line of every mail: what a reply holds below it is ours, not the member's.
MARKER = "##- Reply above this line -##"

# The first line instead, where answers to mail reach nobody.
UNREAD = "Please do not answer this mail: nobody reads answers to it. Use the link in it. In a crisis: {crisis_how}."

# The mail that goes instead of another to an address where an employer may read along.
LINK_ONLY = "link_only"

MARK = re.compile(r"\{([a-z_]+)\}")
_GAP = re.compile(r"\n{3,}")

# The longest value of each field that an SMS carries; a longer one is cut. With these no default text takes
# more than two segments, whatever a person is called.
ROOM = {
    "name": 20, "buddy": 26, "buddies": 40, "program": 24, "coordinator": 30, "coordinator_phone": 18,
    "responder": 30, "role": 20, "by": 28, "minutes": 4, "crisis": 18, "crisis_how": 34, "crisis_note": 20,
    "emergency": 18, "number": 3, "code": 6, "why": 48, "words": 160, "link": 49,
}  # fmt: skip
# Of these half a value is none: a longer one is left out. The support page has it.
_WHOLE = frozenset({"coordinator_phone"})
# In a mail besides: this slot's prompt, why these people, how to reach them, one-click unsubscribe, how to listen.
FIELDS = frozenset(ROOM) | {"prompt", "reasons", "contacts", "unsubscribe", "listen"}


class NoWording(LookupError):
    """The program has no text for a kind of message, or its text needs a field that was not given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One message, rendered as far as a thousand people share it: `{field}` marks and their values."""

    subject: str  # mail only, the same for everybody
    template: str
    fields: Mapping[str, str]  # exactly the marks of the template

    @property
    def body(self) -> str:
        """The finished text."""
        return MARK.sub(lambda mark: self.fields[mark[1]], self.template)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """The wording of a mail. Its subject may name the program, never a person or a trouble."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Every text of a program by kind of message; "nudge" serves a cadence without a text of its own."""

    sms: Mapping[str, str]
    mail: Mapping[str, Mail]
    voice: Mapping[str, str] = field(default_factory=dict)  # what is said on the phone; see nudges.voice
    mail_footer: str = ""  # ends mails to members: crisis line, how to stop
    unmonitored: str = ""  # not empty: ends every message to a member, nobody reads this number


def render(
    kind: str,
    medium: str,
    wording: Wording,
    fields: Mapping[str, str],
    *,
    first: bool = False,
    answerable: bool = True,
    unread: str = UNREAD,
) -> Text:
    """The text of a message of `kind` by `medium` ("sms" or "email").

    `first`: nothing was ever sent to that address before, so the text names the program and says how to
    stop, whatever the wording (a crisis answer is left as it is). `answerable` false: nobody reads answers to
    the mail, so its first line says that instead, as `unread` words it. `fields` may hold more than is used.
    Raises NoWording.
    """
    if medium == "sms":
        template = sms_template(kind, wording, first=first)
        used = {name: short(name, value) for name, value in _used(kind, template, fields).items()}
        return Text(subject="", template=template, fields=used)
    mail = _lookup(kind, wording.mail)
    named = _used(kind, mail.subject, fields)
    subject = " ".join(MARK.sub(lambda mark: named[mark[1]], mail.subject).split())
    template = mail_template(kind, wording)
    if not answerable:
        template = template.replace(MARKER, unread, 1)
    template = _without_gaps(template, _used(kind, template, fields))
    return Text(subject=subject, template=template, fields=_used(kind, template, fields))


def sms_template(kind: str, wording: Wording, *, first: bool = False) -> str:
    """The SMS of `kind` with its marks, quotes and dashes made plain. Raises NoWording."""
    policy = policy_of(kind)
    template = normal(_lookup(kind, wording.sms))
    if (
        wording.unmonitored and not policy.to_staff and not policy.unstoppable
    ):  # a crisis answer says what is so
        template += " " + normal(wording.unmonitored)
    if first and not policy.unstoppable and not policy.to_staff:
        template = template if "{program}" in template else "{program}: " + template
        template = template if "STOP" in template else template + " Reply STOP to end."
    return template


def mail_template(kind: str, wording: Wording) -> str:
    """The mail of `kind` with its marks, from the marker line to the footer. Raises NoWording."""
    policy = policy_of(kind)
    parts = [MARKER, _lookup(kind, wording.mail).body.strip()]
    if not policy.to_staff:
        parts.append("" if policy.unstoppable else wording.unmonitored.strip())
        # No footer about stopping under a crisis answer or a last word, or to who has not joined.
        if not policy.despite_stop and not policy.to_strangers:
            parts.append(wording.mail_footer.strip())
    return "\n\n".join(part for part in parts if part) + "\n"


def _without_gaps(template: str, values: Mapping[str, str]) -> str:
    """The template without the lines of which nothing would be left, and without the gaps they would leave."""
    lines = template.split("\n")
    kept = [line for line in lines if not (mark := MARK.fullmatch(line.strip())) or values[mark[1]].strip()]
    return _GAP.sub("\n\n", "\n".join(kept))


def short(name: str, value: str) -> str:
    """A field's value as an SMS carries it: plain letters, no longer than its room; an address whole or not at all."""
    room = ROOM.get(name)
    text = plain(value)
    if name == "link" or room is None or len(text) <= room:
        return text
    if name in _WHOLE:
        return ""
    words = text[: room + 1].rsplit(" ", 1)  # whole words where there are several
    return (words[0] if len(words) > 1 else text[:room]).removesuffix(" and").rstrip()


def _lookup(kind: str, texts: Mapping[str, _T]) -> _T:
    """The text of `kind`; a nudge without one takes the general one."""
    if kind in texts:
        return texts[kind]
    if policy_of(kind).nudge and "nudge" in texts:
        return texts["nudge"]
    raise NoWording(f"the program has no wording for {kind!r}")


def _used(kind: str, template: str, fields: Mapping[str, str]) -> dict[str, str]:
    """The values of the template's marks, without braces: a value must never look like a mark."""
    names = dict.fromkeys(MARK.findall(template))
    if missing := [name for name in names if name not in fields]:
        raise NoWording(f"the wording of {kind!r} needs {{{missing[0]}}}")
    return {name: fields[name].replace("{", "(").replace("}", ")") for name in names}

"""A program's wording, and the small phrases that are put into it, in the language that a member reads.

Only texts that the catalogs hold are replaced: a program's own wording, and answers to a crisis until a clinician has
reviewed a translation, stay as they are.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from nudges.languages import SOURCE, translator
from nudges.segments import plain
from nudges.texts import Mail, Wording

_PHRASES: Mapping[str, Mapping[str, str]] = {
    "es": {
        "by": "antes de las", "on": "el", "around": "a las", "now": "ahora", "call": "llame al", "or": "o",
        "text": "escriba al", "Mon": "lun", "Tue": "mar", "Wed": "mié", "Thu": "jue", "Fri": "vie",
        "Sat": "sáb", "Sun": "dom", "Jan": "ene", "Apr": "abr", "Aug": "ago", "Dec": "dic",
        ", free, 24/7": ", gratis, 24/7", "once a month": "una vez al mes", "every week": "cada semana",
    },
    "fr": {
        "by": "avant", "on": "le", "around": "vers", "now": "maintenant", "call": "appelez le", "or": "ou",
        "text": "écrivez au", "Mon": "lun", "Tue": "mar", "Wed": "mer", "Thu": "jeu", "Fri": "ven",
        "Sat": "sam", "Sun": "dim", "Feb": "fév", "Apr": "avr", "May": "mai", "Jun": "juin", "Jul": "juil",
        "Aug": "août", "Dec": "déc", ", free, 24/7": ", gratuit, 24 h/24",
        "once a month": "une fois par mois", "every week": "chaque semaine",
    },
}  # fmt: skip
_OF_PHRASES = ("by", "crisis_how", "crisis_note")
_OF_CATALOG = ("buddy", "buddies", "prompt", "words")


def wording_in(wording: Wording, language: str) -> Wording:
    """The wording in that language; an SMS keeps to the letters of its alphabet."""
    if language == SOURCE:
        return wording
    say = translator(language)
    return replace(
        wording,
        sms={kind: _for_sms(text, language) for kind, text in wording.sms.items()},
        mail={
            kind: Mail(subject=say(mail.subject), body=say(mail.body))
            if say(mail.body) != mail.body
            else mail
            for kind, mail in wording.mail.items()
        },
        mail_footer=say(wording.mail_footer),
        unmonitored=say(wording.unmonitored),
    )


@lru_cache(maxsize=1024)
def _for_sms(text: str, language: str) -> str:
    said = translator(language)(text)
    return text if said == text else plain(said)


def is_translated(wording: Wording, kind: str, medium: str, language: str) -> bool:
    """Whether the text of that kind is there in the language: what is put into it follows it."""
    if medium == "sms":
        text = wording.sms.get(kind) or wording.sms.get("nudge", "")
        return _for_sms(text, language) != text
    mail = wording.mail.get(kind) or wording.mail.get("nudge")
    return mail is not None and translator(language)(mail.body) != mail.body


def fields_in(fields: Mapping[str, str], language: str) -> dict[str, str]:
    """The values of a text in the language of that text."""
    if language == SOURCE:
        return dict(fields)
    say = translator(language)
    spoken = {name: say(value) if name in _OF_CATALOG else value for name, value in fields.items()}
    spoken |= {name: phrase(fields[name], language) for name in _OF_PHRASES if name in fields}
    if "reasons" in spoken:
        spoken["reasons"] = "\n".join(say(line) for line in spoken["reasons"].split("\n"))
    return spoken


def phrase(text: str, language: str) -> str:
    """A phrase such as "by 2:30 PM on Wed Nov 25" or "call or text 988", word by word."""
    words = _PHRASES.get(language, {})
    if text in words:
        return words[text]
    spoken = text.replace("call or text", f"{words['call']} {words['or']} {words['text']}") if words else text
    return " ".join(words.get(word, word) for word in spoken.split(" "))

"""The languages that members read: American English is the source, the others are catalogs beside this file.

A text without a translation stays English: better plain than missing.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

SOURCE = "en"
LANGUAGES: Mapping[str, str] = {"en": "English", "es": "Español", "fr": "Français"}
CATALOGS = Path(__file__).with_name("locale")

Translate = Callable[[str], str]


def translator(language: str) -> Translate:
    """What turns an English text into that language; an unknown language gets English."""
    known = catalog(language)
    return lambda text: known.get(text, text)


@cache
def catalog(language: str) -> Mapping[str, str]:
    """English text -> its translation; empty for English and for languages that we don't have."""
    path = CATALOGS / f"{language}.po"
    if language not in LANGUAGES or not path.is_file():
        return {}
    with path.open("rb") as source:
        read = read_po(source, locale=language)
    return {
        str(message.id): str(message.string)
        for message in read
        if message.id and message.string and not message.fuzzy
    }


def preferred(wanted: str, otherwise: str) -> str:
    """The first of a browser's languages (Accept-Language) that we have, else the other one."""
    for part in wanted.split(","):
        language = part.split(";")[0].strip().lower()[:2]
        if language in LANGUAGES:
            return language
    return otherwise if otherwise in LANGUAGES else SOURCE

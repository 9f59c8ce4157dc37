"""Phone numbers and mail addresses: one spelling each, refused when they cannot be one."""

import re

import phonenumbers

from store.errors import StoreError

_MAIL = re.compile(
    r"[^@\s,;<>\"()\[\]\\:]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


class BadAddress(StoreError):
    """Not a number or address that a message can be sent to; the text says why."""


def normal_phone(text: str, region: str = "US") -> str:
    """The number in E.164. Raises BadAddress for short codes, emergency numbers, extensions and noise."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise BadAddress(f"{text!r} is no phone number; write it like +12025550123") from None
    if number.extension:
        raise BadAddress(f"{text!r} has an extension, which cannot receive a text; give a mobile number")
    if not phonenumbers.is_possible_number(number) or not phonenumbers.is_valid_number(number):
        raise BadAddress(f"{text!r} is not a number that exists; write it like +12025550123")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normal_email(text: str) -> str:
    """The address with its domain in lower case. Raises BadAddress."""
    stripped = text.strip()
    if len(stripped) > 254 or not _MAIL.fullmatch(stripped):
        raise BadAddress(f"{text!r} is no mail address; write it like name@example.org")
    local, _, domain = stripped.rpartition("@")
    return f"{local}@{domain.lower()}"


def normal(medium: str, text: str) -> str:
    """The one spelling of an address of that medium. Raises BadAddress."""
    return normal_phone(text) if medium == "sms" else normal_email(text)


def index_form(medium: str, address: str) -> str:
    """What is fingerprinted: mail addresses are looked up whatever the case of their letters."""
    return address if medium == "sms" else address.lower()

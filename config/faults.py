"""Says in a line what is wrong with a setting and how to mend it, by the variable's own name."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from pydantic import BaseModel, ValidationError
from pydantic_settings import BaseSettings

PREFIX = "PREPAIRED_"


class SettingsFault(ValueError):
    """Settings that a start must not happen with: one line a fault, never a secret's value."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(self.faults))


def variable(name: str) -> str:
    """The variable of a setting: "twilio__auth_token" is PREPAIRED_TWILIO__AUTH_TOKEN."""
    return PREFIX + name.upper()


def known_variables(model: type[BaseSettings]) -> list[str]:
    """Every variable that the settings read, in the table's order."""
    return [variable(name) for name in _names(model)]


def unknown_variables(model: type[BaseSettings], environ: Mapping[str, str]) -> list[str]:
    """A line for each variable with our prefix that nothing reads, with the nearest name; for `doctor`."""
    known = set(known_variables(model))
    return [
        f"{name}: nothing reads this{_meant(name, model)}"
        for name in sorted(environ)
        if name.startswith(PREFIX) and not name.startswith(PREFIX + "TEST_") and name.upper() not in known
    ]


def explained(fault: ValidationError, model: type[BaseSettings]) -> list[str]:
    """One line for each error, without the value that was refused: it may be a secret."""
    lines: list[str] = []
    for error in fault.errors(include_url=False, include_input=False):
        message = error["msg"].removeprefix("Value error, ")
        if not error["loc"]:
            lines += message.splitlines()
            continue
        name = variable("__".join(str(part) for part in error["loc"]).removeprefix(PREFIX.lower()))
        if error["type"] == "extra_forbidden":
            lines.append(f"{name}: there is no such setting{_meant(name, model)}")
        else:
            lines.append(f"{name}: {message[:1].lower()}{message[1:]}")
    return lines


def _names(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        part = field.annotation
        if isinstance(part, type) and issubclass(part, BaseModel):
            yield from _names(part, f"{prefix}{name}__")
        else:
            yield f"{prefix}{name}"


def _meant(name: str, model: type[BaseSettings]) -> str:
    close = get_close_matches(name.upper(), known_variables(model), n=1)
    return f"; did you mean {close[0]}?" if close else ""

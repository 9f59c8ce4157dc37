"""What is wrong with a program as a whole, told by file and line: collected, so that all is known at once."""

from collections.abc import Callable
from typing import TypeVar

from config.program import LoadedProgram
from engine.program import Program
from nudges.clock import MemberClock
from nudges.prompts import repeats_within_a_year
from nudges.proofs import wording_faults
from nudges.recurrence import Recurrence
from nudges.voice import voice_faults
from pairing.errors import PrepairedError

_T = TypeVar("_T")


class Checked:
    """Collects faults, so that a reader learns of all of them at once."""

    def __init__(self, loaded: LoadedProgram) -> None:
        self.loaded = loaded
        self.faults: list[str] = []

    def value(self, make: Callable[[], _T], *path: str | int) -> _T | None:
        """What `make` returns; a fault at `path` where it refuses."""
        try:
            return make()
        except (ValueError, LookupError, PrepairedError) as fault:
            self.fault(str(fault), *path)
            return None

    def fault(self, why: str, *path: str | int) -> None:
        """Remember one fault."""
        self.faults.append(f"{self.loaded.where(*path)}: {'.'.join(map(str, path))}: {why}")


def proof(program: Program, checked: Checked, public_url: str) -> None:
    """What only shows when the parts are put together."""
    _proof_calendar(program, checked)
    for fault in wording_faults(program.wording, program.fields(), program.kinds(), public_url=public_url):
        medium = "sms" if fault.medium == "sms" else "mail"
        checked.fault(fault.why, "wording", medium, fault.kind)
    for kind, why in voice_faults(program.wording.voice):
        checked.fault(why, "wording", "voice", kind)
    for cadence in program.cadences:
        prompts = program.prompts.get(cadence.kind, ())
        a_year = Recurrence(cadence.rrule).in_a_year()
        if prompts and repeats_within_a_year(prompts, a_year):
            checked.fault(
                f"{len(set(prompts))} prompts would repeat within a year; {a_year + 1} are needed",
                "prompts",
                cadence.kind,
            )


def _proof_calendar(program: Program, checked: Checked) -> None:
    windows = [(["window"], program.window)]
    windows += [(["shifts", "windows", name], window) for name, window in program.shifts.items()]
    for way, window in windows:
        if any(program.quiet.covers(window.at(minute)) for minute in range(window.minutes)):
            checked.fault("the window must lie outside quiet hours", *way)
    clock = MemberClock(program.zone, program.work_days, program.holidays)
    for day in sorted(program.holidays.own):
        found = checked.value(lambda d=day: clock.working_day(d), "holidays")  # type: ignore[misc]
        if found is None or (found - day).days > 31:
            checked.fault(f"from {day} on there is no working day for a month", "holidays")
            return

"""Which prompt a nudge brings: the same for all buddies of a group, none twice within a year."""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import blake2b


class NoPrompts(LookupError):
    """A cadence without a single prompt, and none to borrow."""


def prompt_of(library: Mapping[str, Sequence[str]], kind: str, slot: int, seed: str) -> str:
    """The prompt of the nudge `slot` of cadence `kind`.

    `seed` decides where in the list a group begins; give the same for all buddies, and keep it when groups
    change (a cohort's id), so that nobody meets a prompt again before the list is through. A cadence without
    a list borrows the first one. Raises NoPrompts.
    """
    prompts = library.get(kind) or next((found for found in library.values() if found), None)
    if not prompts:
        raise NoPrompts(f"no prompts for {kind!r}")
    start = int.from_bytes(blake2b(f"{seed}/{kind}".encode(), digest_size=6).digest())
    return prompts[(start + slot) % len(prompts)]


def first_number(anchor: date, falls_in_a_year: int) -> int:
    """The number of a rhythm's occurrence 0 on a calendar that all share, so that buddies who began at different
    times get one prompt in one week or month, and nobody the same one twice.
    """
    if falls_in_a_year >= 50:
        return (anchor.toordinal() - 1) // (7 if falls_in_a_year < 60 else 1)
    if falls_in_a_year in (12, 13):
        return anchor.year * 12 + anchor.month
    return round(anchor.toordinal() * max(falls_in_a_year, 1) / 365.25)


def is_turn(number: int, seat: int, seats: int) -> bool:
    """Whether whoever sits there is the one to call first in that week: each in turn."""
    return seats > 0 and number % seats == seat


def repeats_within_a_year(prompts: Sequence[str], falls_in_a_year: int) -> bool:
    """Whether a list is too short for its cadence: 52 weeks are a day short of a year, hence one more."""
    return len(set(prompts)) <= falls_in_a_year

"""Which prompt a nudge brings: the same for all buddies of a group, none twice within a year."""

from collections.abc import Mapping, Sequence
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


def repeats_within_a_year(prompts: Sequence[str], falls_in_a_year: int) -> bool:
    """Whether a list is too short for its cadence: 52 weeks are a day short of a year, hence one more."""
    return len(set(prompts)) <= falls_in_a_year

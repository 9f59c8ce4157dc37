"""Why a group is together, kept sealed: all the reasons for coordinators, and to its people what they share."""

from collections.abc import Callable, Sequence
from typing import cast
from uuid import UUID

from nudges.why_you import why_you
from pairing.common_ground import Shared
from store.models import BuddyGroup
from store.sealing import Vault

_TABLE = "buddy_group"


def seal_why(vault: Vault, group: BuddyGroup, reasons: Sequence[str], common: Sequence[Shared]) -> None:
    """Writes both down for the group, whose id must be set."""
    shared = [one.record() for one in common]
    group.reasons_sealed = vault.seal_json(list(reasons), _TABLE, "reasons", group.id)
    group.common_sealed = vault.seal_json(shared, _TABLE, "common", group.id)


def reasons_of(vault: Vault, group: BuddyGroup) -> tuple[str, ...]:
    """The sentences for coordinators."""
    return tuple(str(one) for one in _opened(vault, group.reasons_sealed, "reasons", group.id))


def told_to_them(vault: Vault, sealed: bytes | None, group_id: UUID, say: Callable[[str], str]) -> list[str]:
    """The sentences for its people, in the language that `say` translates into."""
    shared = [Shared.of(cast("list[str]", one)) for one in _opened(vault, sealed, "common", group_id)]
    sentences = (why_you(one.how, one.attribute, one.values, say) for one in shared)
    return [sentence for sentence in sentences if sentence]


def _opened(vault: Vault, sealed: bytes | None, column: str, group_id: UUID) -> list[object]:
    opened = vault.open_json(sealed, _TABLE, column, group_id) if sealed is not None else None
    return opened if isinstance(opened, list) else []

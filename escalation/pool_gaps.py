"""What the pool of supporters lacks, told before launch: members whose cases nobody like them could take."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from escalation.supporters import MatchingRules, SupporterFacts, Values

LOOKED_AT = ("role", "specialty", "seniority", "languages")
_NAMES = {"role": "role", "specialty": "specialty", "seniority": "rank", "languages": "language"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Members with a value that no available supporter shares."""

    what: str  # role, specialty, rank, language
    value: str
    members: int
    supporters: int


def pool_gaps(
    members: Iterable[Values], pool: Sequence[SupporterFacts], rules: MatchingRules, *, fewest: int = 1
) -> list[Gap]:
    """Each value that fewer than `fewest` trained supporters who take cases can serve; the largest group first.

    For rank a supporter serves everybody of the same rank and below.
    """
    counts: dict[str, Counter[str]] = {name: Counter() for name in LOOKED_AT}
    for attributes in members:
        for name in LOOKED_AT:
            counts[name].update(set(attributes.get(name, ())))
    able = [one for one in pool if one.trained and one.taking and one.cap > 0]
    found = [
        Gap(what=_NAMES[name], value=value, members=number, supporters=serving)
        for name in LOOKED_AT
        for value, number in counts[name].items()
        if (serving := sum(_serves(one, name, value, rules) for one in able)) < fewest
    ]
    return sorted(found, key=lambda gap: (-gap.members, gap.what, gap.value))


def _serves(supporter: SupporterFacts, name: str, value: str, rules: MatchingRules) -> bool:
    own = {one.casefold() for one in supporter.attributes.get(name, ())}
    if name == "seniority" and rules.ranks:
        places = {rank.casefold(): place for place, rank in enumerate(rules.ranks)}
        needed = places.get(value.casefold(), -1)
        return any(places.get(one, -1) >= needed for one in own)
    return value.casefold() in own

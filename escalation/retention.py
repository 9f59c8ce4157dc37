"""What is left of a case once it is forgotten: a count by month, kind and outcome, in no cell that could point."""

from collections.abc import Mapping
from enum import StrEnum

from escalation.requests import RequestState

FLOOR = 11  # a cell of fewer cases is folded into a coarser one
ANY = "any"
Cell = tuple[str, str, str]  # month such as 2026-11 (or year), kind, outcome


class Outcome(StrEnum):
    """How a case ended, as it is counted."""

    TALKED = "talked"
    REACHED = "reached"
    REFERRED_ON = "referred_on"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"


def outcome_of(before: RequestState, after: RequestState, talks: int) -> Outcome | None:
    """The outcome of a case that went from `before` to its end; None for a wish that nobody knew of."""
    if before is RequestState.PENDING:
        return None
    if after is RequestState.DECLINED and not talks:
        return Outcome.DECLINED
    if before is RequestState.NO_ANSWER:
        return Outcome.NO_ANSWER
    if before is RequestState.REFERRED_ON:
        return Outcome.REFERRED_ON
    return Outcome.TALKED if talks else Outcome.REACHED


def folded(cells: Mapping[Cell, int], floor: int = FLOOR) -> dict[Cell, int]:
    """The same cases in cells of at least `floor`, as fine as that allows; only the coarsest may stay below.

    A small cell loses its kind first, then its outcome, then its month. Nothing is shown in two cells, so that no
    difference brings a small one back. Source: the suppression of small cells in official statistics, with
    recoding instead of gaps.
    """
    fine = dict(cells)
    for coarser in (_without_kind, _without_outcome, _of_year):
        kept: dict[Cell, int] = {}
        for cell, count in fine.items():
            where = cell if count >= floor else coarser(cell)
            kept[where] = kept.get(where, 0) + count
        fine = kept
    return fine


def shown(cells: Mapping[Cell, int], floor: int = FLOOR) -> dict[Cell, int]:
    """What may be shown to people: folded, and the coarsest left out where it is still small."""
    return {cell: count for cell, count in folded(cells, floor).items() if count >= floor}


def _without_kind(cell: Cell) -> Cell:
    return cell[0], ANY, cell[2]


def _without_outcome(cell: Cell) -> Cell:
    return cell[0], ANY, ANY


def _of_year(cell: Cell) -> Cell:
    return cell[0][:4], ANY, ANY

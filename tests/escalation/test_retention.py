"""What is left of cases are counts, in no cell that could point at anybody."""

from hypothesis import given
from hypothesis import strategies as st

from escalation.requests import RequestState
from escalation.retention import ANY, FLOOR, Outcome, folded, outcome_of, shown

CELLS = st.dictionaries(
    st.tuples(
        st.sampled_from(["2026-01", "2026-02", "2026-03"]),
        st.sampled_from(["error", "death", "other"]),
        st.sampled_from(["talked", "declined"]),
    ),
    st.integers(1, 30),
)


@given(cells=CELLS)
def test_no_case_is_lost_and_no_cell_but_the_coarsest_is_small(
    cells: dict[tuple[str, str, str], int],
) -> None:
    found = folded(cells)
    assert sum(found.values()) == sum(cells.values())
    assert all(count >= FLOOR or cell == ("2026", ANY, ANY) for cell, count in found.items())
    assert all(count >= FLOOR for count in shown(cells).values())


@given(cells=CELLS)
def test_folding_twice_changes_nothing_more(cells: dict[tuple[str, str, str], int]) -> None:
    assert folded(folded(cells)) == folded(cells)


def test_a_small_cell_loses_its_kind_before_its_outcome_and_its_month() -> None:
    cells = {
        ("2026-01", "death", "talked"): 6,
        ("2026-01", "error", "talked"): 7,
        ("2026-01", "other", "declined"): 20,
    }
    assert folded(cells) == {("2026-01", ANY, "talked"): 13, ("2026-01", "other", "declined"): 20}
    assert folded({("2026-01", "death", "talked"): 1}) == {("2026", ANY, ANY): 1}
    assert shown({("2026-01", "death", "talked"): 1}) == {}


def test_an_outcome_is_told_by_the_way_a_case_went() -> None:
    state = RequestState
    assert outcome_of(state.PENDING, state.EXPIRED, 0) is None
    assert outcome_of(state.OPEN, state.DECLINED, 0) is Outcome.DECLINED
    assert outcome_of(state.NO_ANSWER, state.CLOSED, 0) is Outcome.NO_ANSWER
    assert outcome_of(state.REFERRED_ON, state.CLOSED, 1) is Outcome.REFERRED_ON
    assert outcome_of(state.TALKING, state.CLOSED, 2) is Outcome.TALKED
    assert outcome_of(state.REACHED, state.CLOSED, 0) is Outcome.REACHED

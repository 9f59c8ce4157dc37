"""A year of requests with weekends, holidays, clock changes and silent people, in small; benchmarks/ has it whole."""

from benchmarks.pathway import run


def test_no_request_of_a_year_is_lost_or_without_a_next_step() -> None:
    found = run(400, seed=3)
    assert sum(found.states.values()) == 400
    assert (found.without_next_step, found.next_step_in_the_past, found.unfinished) == (0, 0, 0)
    assert found.deadlines_that_differ == 0
    assert {"tell", "remind", "return", "follow_up", "close"} <= set(found.steps)

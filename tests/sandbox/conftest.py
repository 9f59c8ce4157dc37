"""One sandbox for all tests of this folder; each finds it empty."""

from collections.abc import Iterator

import pytest

from tests.sandbox.stage import Stage, staged


@pytest.fixture(scope="module")
def _running() -> Iterator[Stage]:
    with staged() as stage:
        yield stage


@pytest.fixture
def stage(_running: Stage) -> Stage:
    """Sandbox, program and channels, with nothing sent yet."""
    return _running.fresh()

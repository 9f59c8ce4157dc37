"""A deployment without channels of its own, for use cases that send nothing."""

import pytest

from engine.deployment import Deployment
from store.database import Database
from store.sealing import Vault
from tests.stories.world import story_program


@pytest.fixture
def deployment(database: Database, vault: Vault) -> Deployment:
    """The story program on a fresh database."""
    return Deployment(database=database, vault=vault, program=story_program())

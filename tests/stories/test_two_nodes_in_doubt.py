"""Two nodes look for the same message at the same moment: that is one look, not the two that let it be sent again."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select

from engine.drain_sender import drain_sender
from engine.outbox import Draft, State, put
from engine.settle_doubt import settle_doubt
from store.models import Message
from tests.stories.world import World

ONE, NODES = "+12025550101", 3


def test_a_message_that_two_nodes_look_for_at_once_was_looked_for_once(world: World) -> None:
    deployment, now = world.deployment, world.clock.now()
    with deployment.database.writes.begin() as session:
        put(session, deployment, Draft(key="one", kind="help", medium="sms", address=ONE, due_at=now), now)
    drain_sender(deployment, deployment.channels["sms"].sender, world.clock)
    with deployment.database.writes.begin() as session:
        row = session.scalars(select(Message)).one()
        row.state, row.provider_id, row.body_index = (
            State.IN_DOUBT,
            None,
            "a text that the provider never had",
        )

    together = Barrier(NODES)

    def node(_number: int) -> int:
        together.wait()
        return settle_doubt(deployment, world.clock).looked_up

    with ThreadPoolExecutor(NODES) as nodes:
        looks = list(nodes.map(node, range(NODES)))

    assert sum(looks) == 1
    with deployment.database.reads() as session:
        row = session.scalars(select(Message)).one()
        assert (row.state, row.looks) == (State.IN_DOUBT, 1)

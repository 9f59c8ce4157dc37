"""Draws the life of a support request from its own table, so that the picture in the docs cannot drift."""

from collections.abc import Iterator

from escalation.acts import WHO_MAY
from escalation.requests import ENDED, MEANING, TRANSITIONS, RequestState


def state_diagram() -> str:
    """The states and what leads from one to another, as a Mermaid state diagram."""
    return "\n".join(["stateDiagram-v2", "    [*] --> pending", *_edges(), *_ends()]) + "\n"


def _edges() -> Iterator[str]:
    grouped: dict[tuple[RequestState, RequestState], list[str]] = {}
    for (before, event), after in TRANSITIONS.items():
        grouped.setdefault((before, after), []).append(event.name.lower())
    for (before, after), events in grouped.items():
        yield f"    {before} --> {after}: {', '.join(events)}"


def _ends() -> Iterator[str]:
    for state in RequestState:
        if state in ENDED:
            yield f"    {state} --> [*]"


def state_table() -> str:
    """Each state and what it means, as a Markdown table."""
    rows = [f"| `{state}` | {meaning} |" for state, meaning in MEANING.items()]
    return "\n".join(["| state | meaning |", "|---|---|", *rows]) + "\n"


def event_table() -> str:
    """Each event and who may bring it about, as a Markdown table."""
    rows = [
        f"| `{event.name.lower()}` | {', '.join(sorted(actor.value for actor in actors))} |"
        for event, actors in WHO_MAY.items()
    ]
    return "\n".join(["| event | who |", "|---|---|", *rows]) + "\n"

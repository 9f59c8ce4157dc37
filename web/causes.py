"""Why a message died, in words that tell a coordinator what to do. Codes without words are shown as they are."""

from collections.abc import Mapping

_CAUSES: Mapping[str, str] = {
    "in_doubt": "the provider could not say whether it arrived; sending again may repeat it",
    "provider_failing": "the provider failed six times in a row",
    "unwritable": "what it needs cannot be read from the database",
    "21211": "the number does not exist",
    "21217": "the number does not exist",
    "21610": "they asked the provider to stop",
    "21614": "the number takes no texts",
    "21635": "the number is a landline",
    "30003": "the phone was off or out of reach",
    "30005": "the number is unknown",
    "30006": "the number takes no texts, or is out of reach",
    "30007": "the carrier filtered it; our number may need registering",
    "30008": "the carrier does not say why",
    "30034": "our number is not registered with the carriers",
    "30610": "the carrier blocks messages like this",
}


def cause_in_words(reason: str | None) -> str:
    """The cause of a dead message, whoever it was for."""
    if reason is None:
        return "the provider did not say why"
    known = _CAUSES.get(reason)
    if known is None:
        return f"the provider refused it ({reason})"
    return f"{known} ({reason})" if reason.isdigit() else known

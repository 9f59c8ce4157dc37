"""What a request can be refused for, and the page that says so without a trace of whose it was."""

from collections.abc import Mapping

from pairing.errors import PrepairedError


class Refused(PrepairedError):
    """A request that is answered with a status and a sentence; the sentence holds nothing personal."""

    def __init__(
        self, status: int, title: str, words: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.words = words
        self.headers = dict(headers or {})


def cross_site() -> Refused:
    """Another site's page sent this form."""
    return Refused(403, "This did not come from our own page", "Open the page again and repeat it there.")


def stale_form() -> Refused:
    """A form token that is missing or belongs to another session."""
    return Refused(
        403, "This form is out of date", "Go back, reload the page and try again. Nothing was changed."
    )


def too_large() -> Refused:
    """More than we take."""
    return Refused(413, "That was too large")


def not_yours() -> Refused:
    """Signed in, but the role does not see this."""
    return Refused(403, "This is not yours to see", "Your role in the program does not include this page.")


def unknown() -> Refused:
    """No such thing."""
    return Refused(404, "There is nothing here")


def meanwhile(words: str) -> Refused:
    """Somebody else was quicker, or the step does not follow from where things stand."""
    return Refused(409, "That is not possible any more", words)

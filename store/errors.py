"""What can go wrong between our rules and a database; raised by store functions only."""

from pairing.errors import PrepairedError


class StoreError(PrepairedError):
    """The database said no."""


class SchemaBehind(StoreError):
    """The schema is older than this program; `prepaired migrate` mends it."""


class WrongKey(StoreError):
    """The encryption keys at hand do not open this database."""


class SealBroken(StoreError):
    """A sealed value does not belong where it was found, or was altered."""


class AlreadyThere(StoreError):
    """A unique key refused a second one of its kind."""

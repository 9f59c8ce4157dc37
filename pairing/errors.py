"""The root of our own exceptions. Every broken rule is a subclass defined beside the rule it belongs to."""


class PrepairedError(Exception):
    """A rule of the program was broken; the message is written for the person who can mend it."""

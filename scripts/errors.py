"""How a command ends when it cannot do what was asked: a message for standard error and an exit code."""

from pairing.errors import PrepairedError


class CommandFault(PrepairedError):
    """The command stops; its message goes to standard error, without a traceback."""

    exit_code = 2


class UsageFault(CommandFault):
    """Bad usage or input: names file, line, column and value where there are any, and what would be right."""


class Refused(CommandFault):
    """The answer is no: a check failed, or what was asked cannot be had."""

    exit_code = 1

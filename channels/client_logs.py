"""Keeps the providers' clients quiet: at debug level they print keys, recipients and whole messages."""

import logging

_TALKATIVE = ("twilio.http_client", "twilio", "python_http_client.client", "python_http_client", "sendgrid")


class _NothingBelowWarning(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING


_QUIET = _NothingBelowWarning()


def silence_client_logs() -> None:
    """Drop everything below a warning from the clients' loggers, whatever level the root logger has.

    A filter and not only a level: a later logging configuration resets levels. Safe to call again.
    """
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.addFilter(_QUIET)

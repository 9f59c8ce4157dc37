"""Keeps tokens out of the access log: what stands in a path as a key is written as an ellipsis."""

import logging
import re

MASK = "…"
_TOKENS = re.compile(
    r"((?:^|/)(?:s|m|i|j|with|helped|unsubscribe|console/sign-in|webhooks/sendgrid/inbound)/)[^?#\s\"]+"
)
# Queries hold searches for names; no page of ours needs one in a log.
_QUERY = re.compile(r"\?[^\s\"]*")


def masked(path: str) -> str:
    """The path, or a line with paths in it, without tokens and queries."""
    return _QUERY.sub("?" + MASK, _TOKENS.sub(r"\1" + MASK, path))


class MaskTokens(logging.Filter):
    """For uvicorn's access log, whose arguments are client, method, path, version and status."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Masks the record in place; it is always let through."""
        if isinstance(record.args, tuple):
            record.args = tuple(masked(one) if isinstance(one, str) else one for one in record.args)
        elif isinstance(record.msg, str):
            record.msg = masked(record.msg)
        return True


def mask_access_log() -> None:
    """Adds the filter to uvicorn's loggers, once."""
    for name in ("uvicorn.access", "uvicorn.error"):
        logger = logging.getLogger(name)
        if not any(isinstance(one, MaskTokens) for one in logger.filters):
            logger.addFilter(MaskTokens())

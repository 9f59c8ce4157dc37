"""Signs what goes out to a browser and must come back unchanged: form tokens and the member's short cookie."""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime


class Seals:
    """Holds the key; each purpose gets a key of its own, so that one value never passes for another."""

    def __init__(self, secret_key: bytes) -> None:
        if len(secret_key) < 16:
            raise ValueError("the secret key has at least 16 bytes")
        self._key = secret_key

    def form_token(self, scope: str) -> str:
        """The token that a form of that scope (a session, a page) carries; the same for the same scope."""
        return self._mac("form", scope)

    def is_form_token(self, scope: str, token: str) -> bool:
        """Whether a posted token belongs to the scope."""
        return hmac.compare_digest(self.form_token(scope).encode(), token.encode())

    def seal(self, purpose: str, value: str, until: datetime) -> str:
        """A signed value that is good until an instant (wall clock); readable, not secret."""
        ends = int(until.timestamp())
        named = base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")
        return f"{named}.{ends}.{self._mac(purpose, f'{value}|{ends}')}"

    def open(self, purpose: str, sealed: str, wall: datetime) -> str | None:
        """The value; None where it was altered, made for something else, or is over."""
        named, _, rest = sealed.partition(".")
        ends, _, mac = rest.partition(".")
        try:
            value = base64.urlsafe_b64decode(named + "=" * (-len(named) % 4)).decode()
            until = datetime.fromtimestamp(int(ends), UTC)
        except (ValueError, binascii.Error, OverflowError, OSError):
            return None
        good = hmac.compare_digest(self._mac(purpose, f"{value}|{ends}").encode(), mac.encode())
        return value if good and wall < until else None

    def _mac(self, purpose: str, value: str) -> str:
        key = hmac.new(self._key, f"prepaired {purpose}".encode(), hashlib.sha256).digest()
        return (
            base64.urlsafe_b64encode(hmac.new(key, value.encode(), hashlib.sha256).digest())
            .decode()
            .rstrip("=")
        )

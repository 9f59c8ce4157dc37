"""Turns the keys of the settings into bytes. Refusals never repeat a key."""

from base64 import b64decode, urlsafe_b64decode
from binascii import Error as NotBase64

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_SHORTEST = 16  # characters of a secret


def encryption_keys(value: str) -> tuple[bytes, ...]:
    """The comma-separated keys, newest first, 32 bytes each. Raises ValueError."""
    keys = tuple(_key(part.strip()) for part in value.split(",") if part.strip())
    if not keys or any(key is None or len(key) != 32 for key in keys):
        raise ValueError("must be keys of 32 bytes in URL-safe base64, separated by commas")
    return tuple(key for key in keys if key is not None)


def index_key(own: str | None, secret_key: str) -> bytes:
    """The key of the blind index, 32 bytes: `own` as base64 or as text, else derived from the secret key.

    RFC 5869 (HKDF with SHA-256); the label keeps it apart from everything else made from the secret.
    """
    if own is not None:
        raw = _key(own)
        return raw if raw is not None and len(raw) == 32 else _derived(own, b"prepaired: index key, as text")
    return _derived(secret_key, b"prepaired: index key, from the secret key")


def sized(value: str) -> None:
    """Refuse a secret that is too short to be one. Raises ValueError."""
    if len(value) < _SHORTEST:
        raise ValueError(f"is too short for a secret; {_SHORTEST} characters are the least")


def _derived(secret: str, label: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=label).derive(secret.encode())


def _key(text: str) -> bytes | None:
    """The bytes of URL-safe or plain base64, padded or not; None where it is neither."""
    padded = text + "=" * (-len(text) % 4)
    try:
        if "+" in padded or "/" in padded:
            return b64decode(padded, validate=True)
        return urlsafe_b64decode(padded) if set(padded.rstrip("=")) <= _URL_SAFE else None
    except (NotBase64, ValueError):
        return None


_URL_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")

"""Seals personal values for rest and makes blind indexes of addresses.

A sealed value is AES-256-GCM (NIST SP 800-38D) and is bound to its table, column and row id, so that
ciphertext moved elsewhere does not open. Layout: version (1 byte), key id (4), nonce (12),
ciphertext and tag.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.errors import SealBroken, WrongKey

_VERSION = b"\x01"
_NONCE_BYTES = 12


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"prepaired key id" + key).digest()[:4]


class Vault:
    """Holds the keys. The first key seals; every key opens, so that keys can be rotated."""

    def __init__(self, keys: Sequence[bytes], index_key: bytes) -> None:
        if not keys or any(len(key) != 32 for key in keys):
            raise WrongKey("encryption keys are 32 bytes each, and there is at least one")
        self._newest = _key_id(keys[0])
        self._ciphers = {_key_id(key): AESGCM(key) for key in keys}
        self._index_key = index_key

    def seal(self, value: str, table: str, column: str, row: UUID) -> bytes:
        """The value as ciphertext that opens only at that table, column and row."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        place = f"{table}.{column}:{row}".encode()
        sealed = self._ciphers[self._newest].encrypt(nonce, value.encode(), place)
        return _VERSION + self._newest + nonce + sealed

    def open(self, sealed: bytes, table: str, column: str, row: UUID) -> str:
        """The value. Raises WrongKey for a key we don't hold, SealBroken for a moved or altered value."""
        if len(sealed) < 5 + _NONCE_BYTES or sealed[:1] != _VERSION:
            raise SealBroken(f"{table}.{column} holds something that was never sealed here")
        cipher = self._ciphers.get(sealed[1:5])
        if cipher is None:
            raise WrongKey("a value was sealed with a key that PREPAIRED_ENCRYPTION_KEYS does not hold")
        try:
            plain = cipher.decrypt(sealed[5:17], sealed[17:], f"{table}.{column}:{row}".encode())
        except InvalidTag:
            raise SealBroken(f"{table}.{column} was altered or moved") from None
        return plain.decode()

    def seal_json(self, value: object, table: str, column: str, row: UUID) -> bytes:
        """Like `seal`, for a value that JSON can hold."""
        return self.seal(json.dumps(value, sort_keys=True, separators=(",", ":")), table, column, row)

    def open_json(self, sealed: bytes, table: str, column: str, row: UUID) -> object:
        """Like `open`, for what `seal_json` made."""
        loaded: object = json.loads(self.open(sealed, table, column, row))
        return loaded

    def index(self, value: str, purpose: str) -> str:
        """A keyed fingerprint (HMAC-SHA-256, hex) to look a value up by without storing it."""
        return hmac.new(self._index_key, f"{purpose}:{value}".encode(), hashlib.sha256).hexdigest()


def token_hash(token: str) -> str:
    """What is stored of a link's token: SHA-256, hex. The token has 128 random bits, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """A fresh link token: 128 random bits in 22 URL-safe characters."""
    return secrets.token_urlsafe(16)

"""Sealed values open only where they were sealed, with a key that sealed them; indexes give nothing away."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import SealBroken, WrongKey
from store.models import new_id
from store.sealing import Vault, new_token, token_hash

OLD, NEW = b"o" * 32, b"n" * 32
INDEX_KEY = b"i" * 32
HERE = ("member", "name", UUID(int=7))


@pytest.fixture
def sealing() -> Vault:
    return Vault([OLD], INDEX_KEY)


@given(text=st.text())
def test_what_was_sealed_opens_again(text: str) -> None:
    vault = Vault([OLD], INDEX_KEY)
    assert vault.open(vault.seal(text, *HERE), *HERE) == text


@pytest.mark.parametrize(
    "elsewhere",
    [("staff", "name", UUID(int=7)), ("member", "attributes", UUID(int=7)), ("member", "name", UUID(int=8))],
)
def test_ciphertext_that_was_moved_does_not_open(sealing: Vault, elsewhere: tuple[str, str, UUID]) -> None:
    sealed = sealing.seal("Marta", *HERE)
    with pytest.raises(SealBroken):
        sealing.open(sealed, *elsewhere)


def test_no_bit_of_a_sealed_value_can_be_changed(sealing: Vault) -> None:
    sealed = sealing.seal("Marta", *HERE)
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises((SealBroken, WrongKey)):
            sealing.open(bytes(altered), *HERE)


@pytest.mark.parametrize("junk", [b"", b"\x01", b"plain text that was never sealed", b"\x01" * 17])
def test_what_was_never_sealed_does_not_open(sealing: Vault, junk: bytes) -> None:
    with pytest.raises((SealBroken, WrongKey)):
        sealing.open(junk, *HERE)


def test_another_key_does_not_open_it(sealing: Vault) -> None:
    with pytest.raises(WrongKey):
        Vault([NEW], INDEX_KEY).open(sealing.seal("Marta", *HERE), *HERE)


def test_after_a_rotation_the_old_key_still_opens_and_the_new_one_seals(sealing: Vault) -> None:
    rotated = Vault([NEW, OLD], INDEX_KEY)
    assert rotated.open(sealing.seal("Marta", *HERE), *HERE) == "Marta"
    sealed_anew = rotated.seal("Marta", *HERE)
    assert Vault([NEW], INDEX_KEY).open(sealed_anew, *HERE) == "Marta"
    with pytest.raises(WrongKey):
        sealing.open(sealed_anew, *HERE)


def test_the_same_value_sealed_twice_looks_different(sealing: Vault) -> None:
    assert sealing.seal("Marta", *HERE) != sealing.seal("Marta", *HERE)


def test_json_keeps_its_shape(sealing: Vault) -> None:
    value = {"specialty": ["Surgery"], "years": 3, "unit": None}
    assert sealing.open_json(sealing.seal_json(value, *HERE), *HERE) == value


def test_an_index_finds_the_same_value_for_the_same_purpose_only(sealing: Vault) -> None:
    assert sealing.index("+12025550147", "sms") == sealing.index("+12025550147", "sms")
    assert sealing.index("+12025550147", "sms") != sealing.index("+12025550147", "email")
    assert sealing.index("+12025550147", "sms") != sealing.index("+12025550148", "sms")
    assert sealing.index("+12025550147", "sms") != Vault([OLD], NEW).index("+12025550147", "sms")


def test_an_index_survives_a_rotation_of_the_encryption_keys(sealing: Vault) -> None:
    assert sealing.index("+12025550147", "sms") == Vault([NEW, OLD], INDEX_KEY).index("+12025550147", "sms")


@pytest.mark.parametrize("keys", [[], [b"short"], [OLD, b"x" * 31]])
def test_keys_of_the_wrong_size_are_refused(keys: list[bytes]) -> None:
    with pytest.raises(WrongKey):
        Vault(keys, INDEX_KEY)


def test_tokens_are_unlike_each_other_and_stored_as_hashes() -> None:
    tokens = {new_token() for _ in range(1_000)}
    assert len(tokens) == 1_000
    assert {len(token) for token in tokens} == {22}
    assert all(token not in token_hash(token) for token in tokens)


def test_ids_ascend_in_the_order_of_their_making() -> None:
    made = [new_id() for _ in range(1_000)]
    assert made == sorted(made)
    assert len(set(made)) == 1_000

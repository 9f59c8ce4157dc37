"""The guard that keeps every test on this machine."""

import socket
import urllib.request

import pytest

from tests.loopback import LeftTheMachine, is_loopback


def test_looking_up_another_host_raises() -> None:
    with pytest.raises(LeftTheMachine):
        urllib.request.urlopen("http://prepaired.example/")


@pytest.mark.parametrize("address", ["192.0.2.1", "10.0.0.1"])
def test_connecting_to_another_address_raises(address: str) -> None:
    with socket.socket() as reaching, pytest.raises(LeftTheMachine):
        reaching.connect((address, 80))


def test_connecting_to_loopback_works() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as connected,
    ):
        assert connected.getpeername() == server.getsockname()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost", b"localhost", None])
def test_this_machine_is_loopback(host: object) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.1", "192.168.0.1", "127.0.0.1.example", "localhost.example", "fe80::1%lo"]
)
def test_others_are_not_loopback(host: object) -> None:
    assert not is_loopback(host)

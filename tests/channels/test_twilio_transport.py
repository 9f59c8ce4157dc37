"""What the transport can swear to: nothing left, or perhaps it did. On bare sockets, so nothing helps."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest

from channels.channel import Outcome, OutcomeKind
from channels.twilio_transport import Interrupted, KeepAliveTransport, NotSent, wait_asked_for
from tests.sandbox.stage import sms_channel, text

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


@contextmanager
def peer(serve: Callable[[socket.socket, int], None]) -> Iterator[str]:
    """A listener that hands each connection, with its number, to `serve`."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with suppress(OSError):
            for number in range(100):
                connection, _ = listener.accept()
                with connection:
                    serve(connection, number)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=5)


def transport(seconds: float = 0.5) -> KeepAliveTransport:
    return KeepAliveTransport(timeout=timedelta(seconds=seconds))


def test_a_refused_connection_sent_nothing() -> None:
    with pytest.raises(NotSent, match="connect"):
        transport().request("POST", "http://127.0.0.1:9/x", data={"a": "b"})


def test_a_refused_connection_is_safe_to_try_again() -> None:
    (outcome,) = sms_channel("http://127.0.0.1:9", "https://x.org").send([text()])
    assert outcome == Outcome(kind=OutcomeKind.NOT_PROCESSED, code="connect")


def test_a_handshake_that_fails_sent_nothing() -> None:
    def speak_in_clear(connection: socket.socket, _: int) -> None:
        connection.recv(10_000)
        connection.sendall(OK)

    with peer(speak_in_clear) as url, pytest.raises(NotSent, match="tls"):
        transport().request("POST", url.replace("http:", "https:"), data={"a": "b"})


def test_a_hang_up_after_the_request_is_ambiguous() -> None:
    with (
        peer(lambda connection, _: connection.recv(10_000)) as url,
        pytest.raises(Interrupted, match="hang-up"),
    ):
        transport().request("POST", url, data={"a": "b"})


def test_half_an_answer_is_ambiguous() -> None:
    def half(connection: socket.socket, _: int) -> None:
        connection.recv(10_000)
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{")

    with peer(half) as url, pytest.raises(Interrupted, match="hang-up"):
        transport().request("POST", url, data={"a": "b"})


def test_silence_is_ambiguous_and_ends_in_time() -> None:
    done = threading.Event()
    with peer(lambda *_: done.wait(5) and None) as url:
        with pytest.raises(Interrupted, match="timeout"):
            transport(0.05).request("POST", url, data={"a": "b"})
        done.set()


def test_a_connection_is_used_again() -> None:
    connections = []

    def twice(connection: socket.socket, number: int) -> None:
        connections.append(number)
        while connection.recv(10_000):
            connection.sendall(OK)

    with peer(twice) as url:
        line = transport()
        answers = [line.request("GET", f"{url}/{number}").text for number in range(3)]
        line.close()
    assert answers == ["hi"] * 3
    assert connections == [0]


def test_a_connection_that_the_other_end_closed_meanwhile_is_not_used_again() -> None:
    closed = threading.Semaphore(0)

    def once(connection: socket.socket, _: int) -> None:
        connection.recv(10_000)
        connection.sendall(OK)
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()
        closed.release()

    with peer(once) as url:
        line = transport()
        for _ in range(3):
            assert line.request("POST", url, data={"a": "b"}).status_code == 200
            assert closed.acquire(timeout=5)
        line.close()


def test_each_thread_has_a_line_of_its_own() -> None:
    def echo(connection: socket.socket, _: int) -> None:
        with suppress(OSError):
            while asked := connection.recv(10_000):
                name = asked.split(b" ", 2)[1]
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(name) + name)

    def threaded(connection: socket.socket, _: int) -> None:
        own = connection.dup()
        threading.Thread(target=lambda: (echo(own, 0), own.close()), daemon=True).start()

    with peer(threaded) as url:
        line, heard = transport(), {}

        def ask(name: str) -> None:
            heard[name] = {line.request("GET", f"{url}/{name}").text for _ in range(20)}
            line.close()

        threads = [threading.Thread(target=ask, args=(name,)) for name in ("a", "b", "c")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert heard == {"a": {"/a"}, "b": {"/b"}, "c": {"/c"}}


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("7", timedelta(seconds=7)),
        ("999999999", timedelta(days=1)),
        ("soon", None),
        ("", None),
        (None, None),
        ("-1", None),
    ],
)
def test_only_a_length_in_seconds_is_a_wait(header: str | None, wait: timedelta | None) -> None:
    assert wait_asked_for(header) == wait

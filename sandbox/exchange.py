"""The telephone exchange of the sandbox: rings phones, fetches the program's TwiML, carries pressed digits."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urljoin

from sandbox.calls import Call, instructions
from sandbox.couriers import Couriers
from sandbox.memory import Memory
from sandbox.sms import new_sid
from sandbox.sms_posts import SmsPosts


class Exchange:
    """Thread-safe. Keys laid ready for a phone are pressed as soon as a voice asks for one."""

    def __init__(
        self, *, clock: Callable[[], datetime], memory: Memory, couriers: Couriers, posts: SmsPosts
    ) -> None:
        self._clock, self._memory, self._couriers, self._posts = clock, memory, couriers, posts
        self._ready: dict[str, deque[str]] = defaultdict(deque)
        self._lock = threading.Lock()

    def will_press(self, phone: str, *digits: str) -> None:
        """The next calls to that phone are answered with these digits, one each."""
        with self._lock:
            self._ready[phone].extend(digits)

    def place(self, *, to: str, from_: str, url: str) -> Call:
        """The program calls a phone: `ring` has it answered."""
        call = self._new(from_, to, url, direction="outbound-api", status="queued")
        self._memory.keep(call)
        return call

    def ring(self, call: Call) -> None:
        """The phone is taken up: the program is asked what to say."""
        self._post(call, call.url, None)

    def dial(self, phone: str, number: str, url: str) -> Call:
        """A phone calls the program's number."""
        call = self._new(phone, number, url, direction="inbound", status="ringing")
        self._memory.keep(call)
        self._post(call, url, None)
        return call

    def press(self, sid: str, digit: str) -> bool:
        """A key is pressed during the call; False where nothing waits for one."""
        call = self._memory.call(sid)
        if call is None or call.action is None:
            return False
        action, call.action = call.action, None
        call.pressed.append(digit)
        self._post(call, action, digit)
        return True

    def _new(self, from_: str, to: str, url: str, *, direction: str, status: str) -> Call:
        return Call(
            sid=new_sid("CA"), from_=from_, to=to, direction=direction, status=status, at=self._clock(),
            url=url,
        )  # fmt: skip

    def _post(self, call: Call, url: str, digit: str | None) -> None:
        self._couriers.send(
            self._posts.voice(call, url, digit, lambda status, body: self._heard(call, url, status, body))
        )

    def _heard(self, call: Call, url: str, status: int, body: bytes) -> None:
        told = instructions(body) if 200 <= status < 300 else None
        call.heard += told.says if told else ["(an application error has occurred)"]
        call.action = urljoin(url, told.action) if told and told.action else None
        call.status = "in-progress" if call.action else "completed"
        self._memory.changed()
        phone = call.from_ if call.is_inbound else call.to
        with self._lock:
            ready = self._ready[phone].popleft() if call.action and self._ready[phone] else None
        if ready is not None:
            self.press(call.sid, ready)

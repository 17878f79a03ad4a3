"""Proxy: a line between two processes that can be slow, cut, half open, or die around a COMMIT.

It passes bytes on. Between hanse and PostgreSQL it also sees where a transaction is about to be committed and when the
answer comes, so that it can do harm exactly there: `before` the server hears the COMMIT, or `after` it has committed and
before anybody is told.
"""

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Literal

Moment = Literal["before", "after"]
PEER = struct.Struct("3i")
READY = b"Z\x00\x00\x00\x05"
EXECUTE, PARSE, BIND = b"EPB"
READS = (b"BEGIN", b"SET", b"ROLLBACK", b"SELECT", b"LISTEN")
SYNC = b"S\x00\x00\x00\x04"
CHUNK = 64 * 1024


@dataclass(slots=True, eq=False)
class Line:
    """One connection: who called, and both ends."""

    pid: int
    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    status: bytes = b""
    reads: set[bytes] = field(default_factory=set)
    swallowed: bool = False
    struck: "Strike | None" = None

    def cut(self, reset: bool = False) -> None:
        """End both sides; a reset gives the client no farewell."""
        for end in (self.client, self.server):
            if reset and (bare := end.get_extra_info("socket")) and bare.family != socket.AF_UNIX:
                with suppress(OSError):
                    bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.transport.abort()


@dataclass(slots=True, eq=False)
class Strike:
    """Harm that waits for a commit: of whom (the caller's number decides), when, and what is done."""

    moment: Moment
    whom: Callable[[int], bool]
    harm: Callable[[Line], None]
    count: int = 0
    """So many commits go by unharmed."""
    hit: threading.Event = field(default_factory=threading.Event)


class Proxy:
    """Listens on a socket of its own, in a thread of its own, and passes on to another."""

    def __init__(self, here: Path | int, there: Path | tuple[str, int], database: bool = False, random: Random | None = None):
        self.here, self.there, self.database, self.random = here, there, database, random or Random(0)
        self.lines: set[Line] = set()
        self.strikes: list[Strike] = []
        self.delay, self.rate, self.swallows, self.refuses = 0.0, 0, False, False
        self.commits = 0
        self._loop = asyncio.new_event_loop()
        self._up = threading.Event()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._serve, name="proxy", daemon=True)

    # -- steering, from any thread ------------------------------------------------------------------------------------

    def start(self) -> "Proxy":
        """Listen."""
        self._thread.start()
        self._up.wait(10)
        return self

    def stop(self) -> None:
        """End all lines and listen no more."""
        self._do(self._end)
        self._thread.join(10)

    def slow(self, seconds: float) -> None:
        """Pass every piece on so much later."""
        self.delay = seconds

    def throttle(self, bytes_a_second: int) -> None:
        """Pass on no more than so much; zero for no limit."""
        self.rate = bytes_a_second

    def half_open(self, on: bool) -> None:
        """Take what is said and pass nothing on. Who talked meanwhile is cut off at the end, for its words are gone."""
        self.swallows = on
        if not on:
            self._do(self._cut_swallowed)

    def _cut_swallowed(self) -> None:
        for line in list(self.lines):
            if line.swallowed:
                line.cut()

    def shut(self, on: bool) -> None:
        """Turn everybody away at the door."""
        self.refuses = on

    def cut(self, share: float = 1.0, reset: bool = False) -> int:
        """End this share of the lines, at least one; gives how many."""

        def some() -> int:
            lines = list(self.lines)
            chosen = self.random.sample(lines, min(len(lines), max(1, round(share * len(lines))))) if lines else []
            for line in chosen:
                line.cut(reset)
            return len(chosen)

        return int(self._do(some))

    def strike(self, moment: Moment, whom: Callable[[int], bool], harm: Callable[[Line], None], count: int = 0) -> Strike:
        """Have harm done at the next commit of somebody, or the one after so many."""
        made = Strike(moment, whom, harm, count)
        self._do(lambda: self.strikes.append(made))
        return made

    def spare(self, strike: Strike) -> None:
        """Give a strike up that has not come to pass."""
        self._do(lambda: self.strikes.remove(strike) if strike in self.strikes else None)

    def calm(self) -> None:
        """No faults any more."""
        self.slow(0)
        self.throttle(0)
        self.shut(False)
        self.half_open(False)
        self._do(self.strikes.clear)

    # -- passing on ---------------------------------------------------------------------------------------------------

    def _do(self, act: Callable[[], Any]) -> Any:
        async def done() -> Any:
            return act()

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        self._up.set()
        self._loop.run_forever()

    async def _listen(self) -> None:
        if isinstance(self.here, Path):
            self.here.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(self._taken, str(self.here), limit=CHUNK)
        else:
            self._server = await asyncio.start_server(self._taken, "127.0.0.1", self.here, limit=CHUNK)

    def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        for line in list(self.lines):
            line.cut()
        self._loop.call_later(0.1, self._loop.stop)

    async def _taken(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        """A caller: connect it, and pass on both ways until one side ends."""
        if self.refuses:
            client.transport.abort()
            return
        try:
            if isinstance(self.there, Path):
                back, server = await asyncio.open_unix_connection(str(self.there), limit=CHUNK)
            else:
                back, server = await asyncio.open_connection(*self.there, limit=CHUNK)
        except OSError:
            client.transport.abort()
            return
        line = Line(_caller(client), client, server)
        self.lines.add(line)
        try:
            await asyncio.gather(self._there(line, reader), self._back(line, back))
        finally:
            self.lines.discard(line)
            line.cut()

    async def _there(self, line: Line, reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while said := await reader.read(CHUNK):
                if self.swallows:
                    line.swallowed = True
                if line.swallowed or (self.database and self._struck(line, said)):
                    continue
                await self._held_back(len(said))
                line.server.write(said)
                await line.server.drain()
        if not line.swallowed:
            with suppress(OSError):
                if line.server.can_write_eof() and not self.database:
                    line.server.write_eof()
                else:
                    line.server.transport.abort()

    async def _back(self, line: Line, reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while said := await reader.read(CHUNK):
                ready = self.database and said[-6:-1] == READY
                if ready:
                    line.status = said[-1:]
                if line.struck is not None:
                    if ready:
                        line.struck.harm(line)
                        line.struck.hit.set()
                        line.struck = None
                    continue
                if self.swallows:
                    line.swallowed = True
                if line.swallowed:
                    continue
                await self._held_back(len(said))
                line.client.write(said)
                await line.client.drain()
        if not line.swallowed:
            line.client.transport.abort() if self.database else line.client.close()

    async def _held_back(self, size: int) -> None:
        wait = self.delay + (size / self.rate if self.rate else 0)
        if wait:
            await asyncio.sleep(wait)

    def _struck(self, line: Line, said: bytes) -> bool:
        """Whether harm was done in place of passing this on."""
        if not commits(said, line.status, line.reads):
            return False
        self.commits += 1
        for strike in list(self.strikes):
            if not strike.whom(line.pid):
                continue
            if strike.count > 0:
                strike.count -= 1
                continue
            self.strikes.remove(strike)
            if strike.moment == "after":
                line.struck = strike
                return False
            strike.harm(line)
            strike.hit.set()
            return True
        return False


def commits(said: bytes, status: bytes, reads: set[bytes]) -> bool:
    """Whether what a client of PostgreSQL says will commit: a COMMIT, or a statement outside a transaction (`status` I: idle) that does not merely read.

    `reads` are the names of the line's prepared statements that merely read; those that are prepared here are noted in it.
    """
    if said[:1] == b"Q":
        words = said[5:-1].strip(b" ;").upper()
        return words.endswith(b"COMMIT") or (status == b"I" and words != b"" and not words.startswith(READS))
    executed, bound = False, []
    for kind, body in _messages(said):
        executed |= kind == EXECUTE
        first, _, rest = body.partition(b"\0")
        if kind == PARSE:
            (reads.add if rest.strip().upper().startswith(READS) else reads.discard)(first)
        elif kind == BIND:
            bound.append(rest.partition(b"\0")[0])
    return status == b"I" and said.endswith(SYNC) and executed and not reads.issuperset(bound)


def _messages(said: bytes) -> Iterator[tuple[int, bytes]]:
    """The messages that a client of PostgreSQL says at once, each with its kind: to prepare a statement is not to execute it."""
    at = 0
    while at + 5 <= len(said):
        end = at + 1 + int.from_bytes(said[at + 1:at + 5])
        yield said[at], said[at + 5:end]
        at = end


def _caller(client: asyncio.StreamWriter) -> int:
    """The process at the other end of a unix socket; 0 where that cannot be known."""
    bare = client.get_extra_info("socket")
    if bare.family != socket.AF_UNIX or not hasattr(socket, "SO_PEERCRED"):
        return 0
    return int(PEER.unpack(bare.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size))[0])


def until(holds: Callable[[], Any], seconds: float, every: float = 0.1) -> bool:
    """Whether something holds, at the latest after so many seconds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True

"""The stream: server-sent events that say what changed, for pages that are open.

A small process of its own (ASGI): one LISTEN connection, a short queue per reader. The follower `live` sends what
changed, a few times a second at most; a page that hears its topic fetches its own part again. A reader that does not
keep up is dropped: its page connects again and fetches everything. Who listens must be signed in.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import psycopg
import structlog

CHANNEL = "hanse_live"
MOST_WAITING = 100
MOST_READERS = 1_000
KEEP_ALIVE = 15.0
CHECK_AGAIN = 4
"""Keep-alives after which the session is looked at again: signing out ends the stream within a minute."""
log = structlog.get_logger("hanse.stream")

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]


class Readers:
    """Everybody who listens, each with a short queue."""

    def __init__(self) -> None:
        self.queues: set[asyncio.Queue[str | None]] = set()

    def tell(self, text: str) -> None:
        """Pass a message on; whose queue is full is dropped."""
        for queue in list(self.queues):
            try:
                queue.put_nowait(text)
            except asyncio.QueueFull:
                self.queues.discard(queue)
                queue.get_nowait()
                queue.put_nowait(None)

    def close(self) -> None:
        """Let everybody go; their pages connect again and fetch what they missed."""
        for queue in self.queues:
            while not queue.empty():
                queue.get_nowait()
            queue.put_nowait(None)
        self.queues.clear()


readers = Readers()


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """The ASGI application: `/stream`, and `/livez` for whoever watches over it."""
    if scope["type"] == "lifespan":
        await _life(receive, send)
    elif scope["path"] == "/livez":
        await _answer(send, 200, b"ok\n")
    elif scope["path"] != "/stream":
        await _answer(send, 404, b"not found\n")
    elif scope["method"] not in ("GET", "HEAD"):
        await _answer(send, 405, b"only GET\n")
    else:
        await _stream(scope, receive, send)


async def _life(receive: Receive, send: Send) -> None:
    listening = None
    while True:
        match (await receive())["type"]:
            case "lifespan.startup":
                listening = asyncio.create_task(listen(os.environ["DATABASE_URL"]))
                await send({"type": "lifespan.startup.complete"})
            case "lifespan.shutdown":
                if listening:
                    listening.cancel()
                readers.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


async def listen(url: str) -> None:
    """Hear the database for ever. When the line breaks all readers are let go: they may have missed something."""
    wait = 0.2
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(url, autocommit=True, application_name="hanse stream") as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                wait = 0.2
                async for notice in connection.notifies():
                    readers.tell(notice.payload)
        except psycopg.OperationalError as trouble:
            log.warning("the line to the database broke", trouble=type(trouble).__name__)
        readers.close()
        await asyncio.sleep(wait)
        wait = min(wait * 2, 5.0)


async def _stream(scope: Message, receive: Receive, send: Send) -> None:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    allowed = _cors(headers)
    if not await asyncio.to_thread(signed_in, headers.get("cookie", "")):
        return await _answer(send, 401, b"sign in first\n", allowed)
    if len(readers.queues) >= MOST_READERS:
        return await _answer(send, 503, b"too many readers\n", [*allowed, (b"retry-after", b"30")])
    head = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no"), *allowed]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    gone = asyncio.create_task(_gone(receive))
    try:
        async for text in _told(headers.get("cookie", ""), gone):
            await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
        if not gone.done():
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        gone.cancel()


async def _told(cookie: str, gone: "asyncio.Task[None]") -> AsyncIterator[str]:
    """The messages for one reader, with a comment when nothing happens, until it goes or is let go."""
    queue: asyncio.Queue[str | None] = asyncio.Queue(MOST_WAITING)
    readers.queues.add(queue)
    quiet = 0
    try:
        yield "retry: 2000\n\n: hello\n\n"
        while not gone.done():
            waiting = asyncio.create_task(queue.get())
            await asyncio.wait({waiting, gone}, timeout=KEEP_ALIVE, return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                text = waiting.result()
                if text is None:
                    return
                yield f"data: {text}\n\n"
                continue
            waiting.cancel()
            quiet += 1
            if quiet % CHECK_AGAIN == 0 and not await asyncio.to_thread(signed_in, cookie):
                return
            yield ": still here\n\n"
    finally:
        readers.queues.discard(queue)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


def _cors(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """Pages of this host may read with their cookie, whatever their port, and the origins we trust by name."""
    from django.conf import settings

    origin = headers.get("origin", "")
    same_host = urlsplit(origin).hostname == urlsplit(f"//{headers.get('host', '')}").hostname
    if origin and (same_host or origin in settings.CSRF_TRUSTED_ORIGINS):
        return [
            (b"access-control-allow-origin", origin.encode("latin-1")), (b"access-control-allow-credentials", b"true"), (b"vary", b"Origin"),
        ]  # fmt: skip
    return [(b"vary", b"Origin")]


def signed_in(cookie: str) -> bool:
    """Whether a cookie is the session of an active user; a session ends with a sign-out or a new password."""
    from django.conf import settings
    from django.contrib.auth import get_user
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import close_old_connections
    from django.http import HttpRequest

    found = SimpleCookie(cookie).get(settings.SESSION_COOKIE_NAME)
    if found is None:
        return False
    close_old_connections()
    try:
        request = HttpRequest()
        request.session = SessionStore(found.value)
        return bool(get_user(request).is_authenticated)
    finally:
        close_old_connections()


async def _answer(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    head = [(b"content-type", b"text/plain"), *(headers or [])]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})


def payloads(topics: list[dict[str, str]], limit: int = 7_500) -> list[str]:
    """Messages that each fit into one NOTIFY."""
    made, part = [], [""][:0]
    size = 2
    for text in (json.dumps(topic, separators=(",", ":")) for topic in topics):
        if part and size + len(text) + 1 > limit:
            made.append(f"[{','.join(part)}]")
            part, size = [], 2
        part.append(text)
        size += len(text) + 1
    return [*made, f"[{','.join(part)}]"] if part else made


def main(host: str, port: int) -> None:
    """Serve the stream until told to stop."""
    import django
    import uvicorn

    from .process import become, die_with_parent, loading

    die_with_parent()
    become("stream", 4)
    with loading():
        django.setup()
    uvicorn.run(application, host=host, port=port, log_level="warning", lifespan="on", timeout_graceful_shutdown=3, access_log=False)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

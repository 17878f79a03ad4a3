"""The stream, with a real reader over a real socket: signed in or not at all, and what changed within moments."""

import json
import socket
import subprocess
import sys
import time

import httpx
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from hanse.edge.add_endpoints import AddEndpoint, add_endpoints
from hanse.edge.live import tell_pages
from hanse.edge.stream import MOST_WAITING, Readers, payloads
from hanse.edge.worker import Worker
from hanse.journal.follow import Told
from tests.given import MONDAY


def free_port() -> int:
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


@pytest.fixture
def stream(lasting, database_urls):
    """A stream process on this test's database; its address."""
    import os

    port = free_port()
    environment = os.environ | {"DATABASE_URL": database_urls[1], "DJANGO_SETTINGS_MODULE": "hanse.edge.settings", "HANSE_SECRET_KEY": _secret()}
    process = subprocess.Popen([sys.executable, "-m", "hanse.edge.stream", "127.0.0.1", str(port)], env=environment)
    _until_answered(f"http://127.0.0.1:{port}/livez")
    yield f"http://127.0.0.1:{port}/stream"
    process.terminate()
    assert process.wait(20) in (0, -15)


def _secret() -> str:
    from django.conf import settings

    return settings.SECRET_KEY


def _until_answered(url: str) -> None:
    for _ in range(300):
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


def cookie_of(name: str) -> dict[str, str]:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return {"cookie": f"sessionid={client.cookies['sessionid'].value}"}


def test_nobody_listens_without_signing_in(stream, lasting):
    assert httpx.get(stream).status_code == 401
    assert httpx.get(stream, headers={"cookie": "sessionid=abcdefghijklmnopqrstuvwxyz012345"}).status_code == 401
    ended = cookie_of("ann")
    User.objects.filter(username="ann").update(is_active=False)
    assert httpx.get(stream, headers=ended).status_code == 401
    assert httpx.post(stream).status_code == 405
    assert httpx.get(stream.replace("/stream", "/other")).status_code == 404


def test_a_page_hears_what_changed_and_its_own_origin_may_read(stream, lasting):
    origin = "http://127.0.0.1:8000"
    with httpx.stream("GET", stream, headers=cookie_of("ann") | {"origin": origin}, timeout=20) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream" and answer.headers["x-accel-buffering"] == "no"
        assert answer.headers["access-control-allow-origin"] == origin and answer.headers["access-control-allow-credentials"] == "true"
        lines = answer.iter_lines()
        assert next(line for line in lines if line.startswith(":")) == ": hello"
        [added] = add_endpoints([AddEndpoint("https://example.com")], by="ann")
        Worker().tick()
        told = json.loads(next(line for line in lines if line.startswith("data:"))[5:])
    assert {"topic": "endpoint", "id": str(added.endpoint)} in told and {"topic": "endpoints", "id": str(added.endpoint)} in told


def test_a_strange_origin_gets_no_leave_to_read(stream, lasting):
    with httpx.stream("GET", stream, headers=cookie_of("ann") | {"origin": "https://evil.example"}) as answer:
        assert "access-control-allow-origin" not in answer.headers


def test_who_does_not_keep_up_is_dropped():
    import asyncio

    async def story() -> tuple[int, list[str | None]]:
        everybody, slow = Readers(), asyncio.Queue(MOST_WAITING)
        everybody.queues.add(slow)
        for number in range(MOST_WAITING + 5):
            everybody.tell(str(number))
        return len(everybody.queues), [slow.get_nowait() for _ in range(slow.qsize())]

    left, heard = asyncio.run(story())
    assert left == 0 and heard[-1] is None


def test_a_thousand_orders_fit_into_a_few_messages():
    topics = [{"topic": "order", "id": f"H-{n}"} for n in range(1_000)]
    texts = payloads(topics)
    assert len(texts) < 10 and all(len(text) < 8_000 for text in texts)
    assert [topic for text in texts for topic in json.loads(text)] == topics
    assert payloads([]) == []


def test_an_order_tells_its_page_the_board_and_the_stock(lasting, database_urls):
    import psycopg

    fact = Told(1, 1, "OrderPlaced", "order/H-100001", {}, MONDAY, MONDAY, "UTC", "ann", "orders.place", None)
    with psycopg.connect(database_urls[1], autocommit=True) as listening:
        listening.execute("LISTEN hanse_live")
        tell_pages([fact, fact])
        [notice] = listening.notifies(timeout=10, stop_after=1)
    assert json.loads(notice.payload) == [{"topic": "order", "id": "H-100001"}, {"topic": "orders", "id": "H-100001"}, {"topic": "stock"}]
    assert connection.ensure_connection() is None

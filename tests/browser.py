"""A real browser against the pages as they are served, on this test's own database. For tests marked `browser`.

    from tests.browser import CHROMIUM, chromium, house, signed_in  # fixtures: named in the test module
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.contrib.auth.models import User
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import Client, override_settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIETLY = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
KEYS = """code => [...code, "Enter"].forEach(key => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })))"""
browser_test = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")]


class Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        super().process_request_thread(request, client_address)
        connections.close_all()


class Silent(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def house(lasting: Any) -> Iterator[str]:
    """The address of the pages, served from this process; no stream, so nothing is live."""
    with override_settings(STREAM_URL="http://127.0.0.1:9/stream", ALLOWED_HOSTS=["127.0.0.1"]):
        server = make_server("127.0.0.1", 0, get_wsgi_application(), Threads, Silent)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Chromium. Playwright keeps a loop running in this thread, which Django takes for asynchronous code unless told."""
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def signed_in(chromium: Any, house: str, lasting: Any) -> Iterator[Callable[..., Any]]:
    """Opens a window of a user: `signed_in("tomasz", "warehouse", PHONE)`. Fails when a script breaks or the policy refuses something."""
    wrong: list[str] = []
    windows = []

    def open_window(name: str, role: str, size: dict[str, int] = DESK) -> Any:
        user = User.objects.get(pk=lasting.user(name, role).pk)
        client = Client()
        client.force_login(user)
        context = chromium.new_context(viewport=size, base_url=house, reduced_motion="reduce")
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": house}])
        window = context.new_page()
        window.set_default_timeout(20_000)
        window.on("pageerror", lambda error: wrong.append(str(error)))
        window.on("console", lambda said: "Content Security Policy" in said.text and wrong.append(said.text))
        windows.append(context)
        return window

    yield open_window
    for context in windows:
        context.close()
    assert wrong == [], wrong


def scan(page: Any, code: str) -> None:
    """What a keyboard-wedge scanner does: fast keys, then Enter; sent from within, for a busy machine types slowly.

    A click that opens a page returns before the page's scripts ran; who scans looks at the whole page first.
    """
    page.wait_for_load_state("load")
    page.evaluate(KEYS, code)


def text_of(page: Any, selector: str, wanted: str, seconds: int = 20) -> None:
    """Wait until the place says what is wanted."""
    page.wait_for_function("([s, w]) => document.querySelector(s)?.textContent.trim().includes(w)", arg=[selector, wanted], timeout=1000 * seconds)


def draws(page: Any, path: str) -> None:
    """Open a page and see that it needs no horizontal scrolling."""
    answer = page.goto(path)
    assert answer.status == 200, f"{path}: {answer.status}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than the window"


def sent(page: Any, seconds: int = 40) -> None:
    """Wait until nothing is left in the outbox."""
    page.wait_for_function("() => document.querySelector('[data-outbox-count]').textContent === '0'", timeout=1000 * seconds)

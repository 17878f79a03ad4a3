"""The scripts of every page in a real browser, under the strict policy: keys, chosen rows, live, scanner, outbox, charts."""

import shutil
import threading
import time
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import override_settings

from hanse.web.tests.addresses import World

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")]
QUIETLY = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


class Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Silent(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def policed(get_response):
    """The policy pages are served under."""
    def answer(request):
        response = get_response(request)
        response["Content-Security-Policy"] = "default-src 'self'; img-src 'self' data:"
        return response
    return answer


@pytest.fixture(scope="module")
def address():
    with override_settings(ROOT_URLCONF="hanse.web.tests.addresses", MIDDLEWARE=[f"{__name__}.policed"], STREAM_URL="/stream",
                           ALLOWED_HOSTS=["127.0.0.1"]):
        server = make_server("127.0.0.1", 0, get_wsgi_application(), Threads, Silent)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        World.tell(None)
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """A page that fails its test when a script breaks or the policy refuses something."""
    World.value, World.answers, World.scans = 1, True, []
    window = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
    wrong = []
    window.on("pageerror", lambda error: wrong.append(str(error)))
    window.on("console", lambda said: "Content Security Policy" in said.text and wrong.append(said.text))
    yield window
    window.context.close()
    assert wrong == []


def text_of(page, selector, wanted):
    """Wait until the place says what is wanted."""
    page.wait_for_function("([s, w]) => document.querySelector(s)?.textContent.trim() === w", arg=[selector, wanted], timeout=10_000)


def test_rows_are_walked_chosen_and_opened_by_keys(page, address):
    page.goto(address)
    for key in "jxjjx":
        page.keyboard.press(key)
    bar = page.inner_text("[data-chosen]").replace("\n", " ")
    assert "2 orders chosen" in bar and "11,599.15 €" in bar and "Release to floor 1 of 2" in bar
    page.keyboard.press("Escape")
    assert not page.is_visible("[data-chosen]")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/#H-104738")


def test_search_help_and_the_next_page_are_a_key_away(page, address):
    page.goto(address)
    page.keyboard.press("/")
    page.keyboard.type("jk?")
    assert page.input_value("[name=q]") == "jk?"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.is_visible("#keys-help")
    page.keyboard.press("?")
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url("**/orders")


def test_a_chart_is_drawn_as_svg_and_has_its_table(page, address):
    page.goto(address)
    assert page.wait_for_selector("[data-chart=stock] svg")
    assert page.wait_for_selector("[data-timeline] .vis-item.shipped")
    page.click("[data-chart-table=stock]")
    assert page.inner_text(".chart-table tr:nth-child(2)").split()[1:] == ["4,800", "1,180"]
    assert not page.is_visible("[data-chart=stock]")


def test_the_theme_is_kept_by_the_browser_and_drawn_by_the_server(page, address):
    page.goto(address)
    page.evaluate("document.cookie = 'theme=dark; path=/'")
    assert 'data-bs-theme="dark"' in page.request.get(address).text()


def test_what_changes_is_drawn_again_by_itself_and_a_table_waits(page, address):
    page.goto(f"{address}/board")
    text_of(page, "[data-line-state]", "Live")
    World.value = 2
    World.tell('{"topic": "order", "id": "H-9"}')
    text_of(page, "#one .changed", "2")
    World.tell('{"topic": "orders", "id": "H-2"}')
    text_of(page, "[data-row=H-2] .changed", "2")
    text_of(page, "[data-row=H-1] td:nth-child(2)", "1")
    World.tell('[{"topic": "orders", "id": "H-7"}, {"topic": "orders", "id": "H-8"}, {"topic": "orders", "id": "H-7"}]')
    text_of(page, ".new-ones", "2 new")
    text_of(page, "[data-row=H-1] td:nth-child(2)", "1")
    page.click(".new-ones")
    text_of(page, "[data-row=H-1] td:nth-child(2)", "2")


def test_a_lost_line_is_said_and_comes_back_by_itself(page, address):
    page.goto(f"{address}/board")
    text_of(page, "[data-line-state]", "Live")
    World.tell(None)
    text_of(page, "[data-line-state]", "Not live; trying again")
    text_of(page, "[data-line-state]", "Live")
    text_of(page, ".new-ones", "The line was down. Show what changed")


def scan(page, code):
    """Type as a scanner does: a key every 4 ms by the keys' own time, however busy this machine is."""
    keyboard, began = page.context.new_cdp_session(page), time.time()
    for nr, key in enumerate([*code, "Enter"]):
        pressed = {"key": key, "timestamp": began + nr * 0.004}
        keyboard.send("Input.dispatchKeyEvent", pressed | {"type": "keyDown", "text": "\r" if key == "Enter" else key})
        keyboard.send("Input.dispatchKeyEvent", pressed | {"type": "keyUp"})


def test_a_scanner_is_read_wherever_the_focus_is_unless_a_text_field_has_it(page, address):
    page.goto(f"{address}/board")
    page.evaluate("addEventListener('hanse:scan', event => { document.title = event.detail.code; })")
    scan(page, "BRG-6204-2RS")
    assert page.title() == "BRG-6204-2RS"
    page.focus("#text")
    page.keyboard.type("by hand\n", delay=4)
    assert (page.input_value("#text"), page.title()) == ("by hand", "BRG-6204-2RS")


def test_scans_are_kept_while_the_server_does_not_answer_and_sent_once_in_order(page, address):
    page.goto(f"{address}/board")
    World.answers = False
    page.evaluate("hanse.keep('/scan', { code: 'one' }); hanse.keep('/scan', { code: 'two' })")
    text_of(page, "[data-outbox-count]", "2")
    page.reload()
    text_of(page, "[data-outbox-count]", "2")
    World.answers = True
    text_of(page, "[data-outbox-count]", "0")
    assert World.scans == ["one", "two"]

"""The demo, run as people run it: a past that is killed and goes on, then a company whose pages move while its time goes on."""

import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from hanse.edge import postgres
from hanse.edge.tests.test_serve import HANSE, Serving, environment, until
from tests.browser import CHROMIUM, QUIETLY, browser_test

from .test_world import SMALL

pytestmark = [pytest.mark.slow, *browser_test]
PAST = ["demo", "--days", "2", "--seed", "5", "--until", "2026-11-24T10:40"]


@pytest.fixture
def home(tmp_path):
    """A home of its own; whatever was started for it is ended."""
    folder = tmp_path / "home"
    yield folder
    for process in psutil.process_iter(["environ"]):
        if (process.info["environ"] or {}).get("HANSE_HOME") == str(folder):
            process.kill()
    postgres.stop(folder / "database")


def days_lived(home: Path) -> int:
    """How many days were lived to their midnight, the eve among them."""
    server = postgres.status(home / "database")
    if server is None:
        return 0
    with suppress(psycopg.Error), psycopg.connect(server.owner_url) as connection:
        [(days,)] = connection.execute("SELECT count(*) FROM journal_event WHERE kind = 'DayEnded'").fetchall()
        return int(days)
    return 0


def test_a_demo_that_was_killed_goes_on_and_its_pages_move(home, tmp_path):
    from playwright.sync_api import sync_playwright

    file = tmp_path / "small.toml"
    file.write_text(SMALL)
    begun = subprocess.Popen([*HANSE, *PAST, "--world", str(file), "--no-serve"], env=environment(home))
    assert until(lambda: days_lived(home) > 0, 600)
    begun.kill()
    begun.wait()

    serving = Serving(home, *PAST, "--world", str(file), "--pace", "600")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        page = browser.new_page()
        page.goto(f"{serving.url}/accounts/login/")
        page.fill("[name=login]", "ina")
        page.fill("[name=password]", (home / "demo_password").read_text())
        page.press("[name=password]", "Enter")
        page.wait_for_selector(".tour li")
        links = [link.get_attribute("href") for link in page.locator(".tour a").all()]
        assert len(links) >= 5
        assert [link for link in links if page.request.get(serving.url + link).status != 200] == []
        before = page.locator("#today").inner_text()
        page.wait_for_function("before => document.getElementById('today').innerText !== before", arg=before, timeout=60_000)
        browser.close()
    serving.process.send_signal(signal.SIGINT)
    assert serving.process.wait(30) == 0

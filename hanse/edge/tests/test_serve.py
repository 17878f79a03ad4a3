"""The command, run as people run it: made from nothing, served, killed, started again, stopped."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from hanse.edge import postgres, serve
from hanse.edge.tests.test_stream import free_port
from tests.browser import CHROMIUM, QUIETLY

HANSE = [sys.executable, "-m", "hanse.edge"]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A home made once from nothing, with one key, and its database stopped."""
    home = tmp_path_factory.mktemp("fresh") / "home"
    done = hanse(home, "key", "create", "--name", "shop", "--scope", "all", "--json")
    assert done.returncode == 0, done.stderr
    [made] = json.loads(done.stdout)
    assert (home / "secret_key").stat().st_mode & 0o777 == 0o600 and home.stat().st_mode & 0o077 == 0
    assert postgres.status(home / "database") is None, "who only asked something leaves nothing running"
    return home, made["key"]


@pytest.fixture
def token(fresh):
    return fresh[1]


@pytest.fixture
def company(tmp_path, fresh):
    """A home folder of its own; whatever was started for it is ended."""
    home = tmp_path / "home"
    shutil.copytree(fresh[0], home, symlinks=True)
    yield home
    for process in psutil.process_iter(["environ"]):
        if (process.info["environ"] or {}).get("HANSE_HOME") == str(home):
            process.kill()
    postgres.stop(home / "database")


def environment(home: Path) -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE", "HANSE", "DJANGO"))} | {"HANSE_HOME": str(home)}


def hanse(home: Path, *words: str, feed: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*HANSE, *words], env=environment(home), input=feed, capture_output=True, text=True, check=False)


class Serving:
    """A `hanse serve` of a test."""

    def __init__(self, home: Path, *words: str):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [*HANSE, *words, "--port", str(self.port), "--stream-port", str(free_port())], env=environment(home), stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.said = []
        for line in self.process.stdout or []:
            self.said.append(line)
            if "Ctrl-C" in line:
                break

    def tree(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, name: str) -> int:
        """The number of the living process of `serve` itself that goes by a name; 0 if there is none now."""
        for it in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):  # it may die while it is looked at
                if it.status() != "zombie" and it.name() == name:
                    return it.pid
        return 0

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False


@contextmanager
def idle(serving: Serving, count: int):
    """So many connections that have asked something and are kept for later, as browsers do."""
    with ExitStack() as kept:
        for _ in range(count):
            line = kept.enter_context(socket.create_connection(("127.0.0.1", serving.port), 20))
            line.sendall(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert line.recv(4096).startswith(b"HTTP/1.1 200")
        yield


def until(holds, seconds: int = 30) -> bool:
    for _ in range(seconds * 10):
        if holds():
            return True
        time.sleep(0.1)
    return False


def test_a_company_is_served_by_one_and_stopped_whole(company, token):
    serving = Serving(company, "up")
    assert serving.answers() and httpx.get(f"{serving.url}/livez").text == "ok\n"
    headers = {"authorization": f"Bearer {token}", "idempotency-key": "1"}
    answer = httpx.post(f"{serving.url}/api/v1/webhooks", json={"url": "https://example.com"}, headers=headers)
    assert answer.status_code == 201
    again = httpx.post(f"{serving.url}/api/v1/webhooks", json={"url": "https://example.com"}, headers=headers)
    assert again.headers["idempotent-replayed"] == "true"
    assert httpx.get(f"{serving.url}/api/docs").status_code == 200
    other = hanse(company, "serve", "--port", str(free_port()))
    assert other.returncode == 3 and "serves from" in other.stderr
    with idle(serving, 60):
        assert httpx.get(f"{serving.url}/livez", timeout=20).text == "ok\n", "connections that are kept for later keep nobody out"
    children = serving.tree()
    serving.process.send_signal(signal.SIGINT)
    assert serving.process.wait(20) == 0
    assert until(lambda: not any(c.is_running() and c.status() != "zombie" for c in children))
    assert postgres.status(company / "database") is None
    assert any("password" in line for line in [*serving.said, *serving.process.stdout])


def test_a_killed_serve_leaves_no_orphans_and_loses_nothing(company, token):
    headers = {"authorization": f"Bearer {token}"}
    serving = Serving(company, "serve")
    for number in range(5):
        answer = httpx.post(
            f"{serving.url}/api/v1/webhooks", json={"url": f"https://example.com/{number}"}, headers=headers | {"idempotency-key": f"k{number}"}
        )
        assert answer.status_code == 201
    children = serving.tree()
    assert sorted(c.name() for c in children) == ["hanse stream", "hanse web", "hanse web", "hanse worker"]
    serving.process.kill()
    serving.process.wait()
    assert until(lambda: not any(c.is_running() and c.status() != "zombie" for c in children)), children
    assert not serving.answers()
    again = Serving(company, "serve")
    listed = httpx.get(f"{again.url}/api/v1/webhooks", headers=headers).json()["items"]
    assert [it["url"][-1] for it in listed] == list("01234")
    again.process.send_signal(signal.SIGTERM)
    assert again.process.wait(20) == 0
    assert postgres.status(company / "database") is None


def test_whatever_dies_under_serve_is_started_again(company):
    serving = Serving(company, "serve")
    for name in ["hanse web", "hanse stream", "hanse worker"]:
        child = serving.child(name)
        os.kill(child, signal.SIGKILL)
        assert until(lambda name=name, old=child: serving.child(name) not in (0, old))
    assert until(serving.answers)
    lead = int((company / "database" / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(lead, signal.SIGKILL)
    assert until(serving.answers)
    [worker] = psutil.Process(serving.child("hanse web")).children()
    worker.kill()
    assert until(serving.answers)
    serving.process.send_signal(signal.SIGTERM)
    assert serving.process.wait(20) == 0


def test_what_serve_forks_is_loaded_once_and_known_by_its_name(company):
    serving = Serving(company, "serve")
    watching = psutil.Process(serving.process.pid)
    assert watching.num_threads() == 1, "only a process of one thread may fork"
    assert until(lambda: all(serving.child(name) for name in ["hanse web", "hanse stream", "hanse worker"]))
    assert serving.answers()
    with psycopg.connect(postgres.start(company / "database").superuser_url, autocommit=True) as connection:
        def lines() -> set[str]:
            return {name for [name] in connection.execute("SELECT application_name FROM pg_stat_activity WHERE usename = 'hanse_app'")}

        assert until(lambda: {"web", "worker", "hanse stream"} <= lines())
        assert "hanse" not in lines(), "the one that watches keeps no line"
    serving.process.send_signal(signal.SIGTERM)
    assert serving.process.wait(20) == 0


def test_keys_and_users_by_command(company):
    hanse(company, "db", "start")
    assert hanse(company, "key", "create", "--name", "x", "--scope", "nonsense").returncode == 2
    token = hanse(company, "key", "create", "--name", "x", "--scope", "order desk", "--days", "3").stdout.strip()
    assert token.startswith("hk_")
    row = json.loads(hanse(company, "key", "list", "--json").stdout)[-1]
    assert row["name"] == "x" and row["expires_at"] and token.split("_")[2] not in str(row)
    assert hanse(company, "key", "revoke", "--name", "x").returncode == 0
    assert hanse(company, "key", "revoke", "--name", "x").returncode == 1
    [made] = json.loads(hanse(company, "user", "create", "--name", "carla", "--role", "order desk", "--json").stdout)
    assert len(made["password"]) >= 12
    assert hanse(company, "user", "create", "--name", "carla", "--role", "finance").returncode == 2
    assert hanse(company, "user", "create", "--name", "dora", "--role", "finance", "--password-stdin", feed="short\n").returncode == 2
    assert hanse(company, "user", "create", "--name", "dora", "--role", "finance", "--password-stdin", feed="a long one of mine\n").returncode == 0
    assert hanse(company, "user", "create", "--name", "eve", "--role", "emperor").returncode == 2


def test_a_backup_is_restored_into_a_new_home(company, tmp_path):
    assert hanse(company, "db", "status").returncode == 1
    assert hanse(company, "db", "start").returncode == 0
    assert json.loads(hanse(company, "db", "status", "--json").stdout)[0]["running"] is True
    assert hanse(company, "db", "backup", str(tmp_path / "copy")).returncode == 0
    assert postgres.status(company / "database"), "a database that was started by hand goes on"
    assert hanse(company, "db", "stop").returncode == 0
    assert hanse(company, "db", "restore", str(tmp_path / "copy")).returncode == 3
    other = tmp_path / "other"
    assert hanse(other, "db", "restore", str(tmp_path / "copy")).returncode == 0
    assert [row["name"] for row in json.loads(hanse(other, "key", "list", "--json").stdout)] == ["shop"]
    assert postgres.status(other / "database") is None


def test_a_server_of_ones_own_is_refused_as_superuser(company, database_urls):
    given = environment(company) | {"DATABASE_URL": database_urls[0], "DATABASE_OWNER_URL": database_urls[0]}
    done = subprocess.run([*HANSE, "serve"], env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 3 and "owns the tables" in done.stderr


def test_a_database_that_is_not_there_is_said_plainly(company):
    given = environment(company) | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/hanse"}
    done = subprocess.run([*HANSE, "key", "list"], env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 3 and "cannot be reached" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_open_page_hears_of_a_change_made_through_the_api(company, token, host):
    from playwright.sync_api import sync_playwright

    [made] = json.loads(hanse(company, "user", "create", "--name", "carla", "--role", "order desk", "--json").stdout)
    serving = Serving(company, "serve")
    where = f"http://{host}:{serving.port}"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        page = browser.new_page()
        page.goto(f"{where}/accounts/login/?next=/pages")
        page.fill("[name=login]", "carla")
        page.fill("[name=password]", made["password"])
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/pages")
        page.wait_for_function("() => document.documentElement.dataset.line === 'on'")
        page.evaluate("addEventListener('hanse:live', event => { (window.heard ||= []).push(event.detail.topic) })")
        httpx.post(f"{where}/api/v1/webhooks", json={"url": "https://example.com"}, headers={"authorization": f"Bearer {token}", "idempotency-key": "1"})
        page.wait_for_function("() => window.heard?.includes('endpoint') && window.heard?.includes('endpoints')")
        browser.close()
    serving.process.send_signal(signal.SIGTERM)
    assert serving.process.wait(20) == 0


def test_a_database_that_cannot_be_started_does_not_end_serve(tmp_path, monkeypatch, capsys):
    (tmp_path / "database").write_text("in the way")
    monkeypatch.setenv("HANSE_HOME", str(tmp_path))
    monkeypatch.setenv("HANSE_EMBEDDED", "1")
    monkeypatch.setattr(serve, "_looked", [0.0])
    serve._revive()
    assert "cannot be started" in "".join(capsys.readouterr())

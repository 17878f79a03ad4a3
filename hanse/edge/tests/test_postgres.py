"""The private PostgreSQL outlives whoever started it, survives every kill, and serves its own home only."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from hanse.edge import postgres_programs
from hanse.edge.postgres import PostgresError, backup, restore, start, status, stop
from hanse.edge.postgres_home import socket_folder, url
from hanse.edge.postgres_programs import living

STARTS = "import sys; from pathlib import Path; from hanse.edge.postgres import start; server = start(Path(sys.argv[1]))\n"
TELLS = "import psycopg; c = psycopg.connect(server.app_url); print(c.execute('SELECT pg_postmaster_start_time()').fetchone()[0])"
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to serve as somebody else")


@pytest.fixture
def home(tmp_path):
    """A home of its own, whose server never outlives the test."""
    home = tmp_path / "home"
    yield home
    end(home)


@pytest.fixture
def copy_home(tmp_path):
    """A second home, to restore into."""
    home = tmp_path / "copy"
    yield home
    end(home)


def end(home):
    """Leave no process and no socket folder behind."""
    stop(home)
    if socket_folder(home) != home / "run":
        shutil.rmtree(socket_folder(home), ignore_errors=True)


def ask(url, query, *values):
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query, values).fetchone()[0]


def born(server):
    return ask(server.app_url, "SELECT pg_postmaster_start_time()::text")


def leader(home):
    return int((home / "data" / "postmaster.pid").read_text().splitlines()[0])


def in_other_process(home, code=""):
    return subprocess.Popen([sys.executable, "-c", STARTS + code, str(home)], stdout=subprocess.PIPE, text=True)


def wait_for_creation(home, starter):
    """Wait until the server of this home is at making the database."""
    while starter.poll() is None:
        with (
            suppress(OSError, psycopg.OperationalError),
            psycopg.connect(url(home, "postgres"), dbname="postgres", autocommit=True) as connection,
        ):
            while starter.poll() is None:
                if connection.execute("SELECT FROM pg_stat_activity WHERE state = 'active' AND query ^@ 'CREATE DATABASE'").rowcount:
                    return
    pytest.fail("the starter was done before it could be killed")


class Writers:
    """Clients who commit one row after another and remember which commits were acknowledged."""

    def __init__(self, server, count=4):
        with psycopg.connect(server.owner_url) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS note (writer int, number int)")
        self.url, self.stopped, self.acknowledged = server.owner_url, threading.Event(), set()
        self.threads = [threading.Thread(target=self.write, args=[writer]) for writer in range(count)]

    def write(self, writer):
        try:
            with psycopg.connect(self.url, autocommit=True) as connection:
                for number in range(1_000_000):
                    if self.stopped.is_set():
                        return
                    connection.execute("INSERT INTO note VALUES (%s, %s)", [writer, number])
                    self.acknowledged.add((writer, number))
        except psycopg.OperationalError:
            return  # the server was killed, as the test wants

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        while len(self.acknowledged) < 50 and any(thread.is_alive() for thread in self.threads):
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self.threads:
            thread.join()


def notes(server):
    with psycopg.connect(server.owner_url) as connection:
        return set(connection.execute("SELECT writer, number FROM note").fetchall())


# Starting, joining, stopping


def test_the_first_start_creates_and_the_second_joins(home):
    first = start(home)
    assert born(start(home)) == born(first)
    assert status(home) == first
    assert stop(home) is True
    assert (status(home), stop(home), living(home / "data")) == (None, False, set())


def test_a_home_that_never_was_has_no_server_and_gets_no_folder(home):
    assert (status(home), stop(home), home.exists()) == (None, False, False)


def test_a_restarted_server_has_its_rows_and_the_same_way_in(home):
    first = start(home)
    with psycopg.connect(first.owner_url) as connection:
        connection.execute("CREATE TABLE note AS SELECT 7 AS kept")
    stop(home)
    second = start(home)
    assert (second.owner_url, ask(second.owner_url, "SELECT kept FROM note")) == (first.owner_url, 7)


@pytest.mark.parametrize(
    "setting, value",
    [("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on"), ("data_checksums", "on"),
     ("listen_addresses", ""), ("server_encoding", "UTF8"), ("password_encryption", "scram-sha-256")],
)  # fmt: skip
def test_the_server_is_durable_and_closed(shared, setting, value):
    assert ask(shared.app_url, "SELECT current_setting(%s)", setting) == value


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    home = tmp_path_factory.mktemp("shared") / "home"
    yield start(home)
    end(home)


def test_neither_role_is_powerful_and_the_app_role_owns_nothing(shared):
    weak = "SELECT bool_or(rolsuper OR rolbypassrls OR rolcreaterole OR rolreplication) FROM pg_roles WHERE rolname ~ '^hanse_'"
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'hanse'"
    assert ask(shared.superuser_url, weak) is False
    assert ask(shared.superuser_url, owner) == "hanse_owner"
    for forbidden in ("CREATE DATABASE more", "CREATE TABLE own (id int)", "SET ROLE hanse_owner"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(shared.app_url, forbidden)


def test_nobody_enters_without_the_password_and_no_password_is_shown(shared):
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(shared.owner_url, password="guess")
    secrets = [file.read_text() for file in (shared.home / "secrets").iterdir()]
    assert len(set(secrets)) == 3
    said = repr(shared) + "".join(file.read_text() for file in (shared.home / "log").iterdir())
    assert not any(secret in said for secret in secrets)


def test_only_we_can_enter_the_home_and_the_folders_above_keep_their_modes(tmp_path):
    above = tmp_path / "closed"
    above.mkdir(mode=0o700)
    home = above / "home"
    try:
        start(home)
        modes = {path.name: oct(path.stat().st_mode & 0o777) for path in (above, home, home / "data", home / "secrets")}
        assert set(modes.values()) == {"0o700"}
        assert socket_folder(home).stat().st_mode & 0o777 == 0o700
        assert {oct(file.stat().st_mode & 0o777) for file in (home / "secrets").iterdir()} == {"0o600"}
    finally:
        end(home)


# Several processes


def test_another_process_joins(home):
    server = start(home)
    assert in_other_process(home, TELLS).communicate()[0].startswith(born(server)[:19])


def test_six_processes_at_once_make_one_server(home):
    starters = [in_other_process(home, TELLS) for _ in range(6)]
    told = {starter.communicate()[0] for starter in starters}
    assert len(told) == 1 and told != {""}
    assert {starter.returncode for starter in starters} == {0}


def test_the_server_survives_the_kill_of_who_started_it_and_can_still_be_stopped(home):
    starter = in_other_process(home, "import os; os.kill(os.getpid(), 9)")
    assert starter.wait() == -signal.SIGKILL
    starter.stdout.close()
    assert ask(status(home).app_url, "SELECT 1") == 1
    assert stop(home) is True
    assert living(home / "data") == set()


@pytest.mark.parametrize("moment", [0.25, 0.35, 0.45, 0.55, 0.7, 0.9, 1.1])
def test_a_first_start_killed_at_any_moment_is_made_good_by_the_next(home, moment):
    starter = in_other_process(home)
    time.sleep(moment)
    starter.kill()
    starter.communicate()
    assert ask(start(home).app_url, "SELECT 1") == 1


def test_what_the_server_still_makes_for_a_killed_starter_is_waited_for(home):
    starter = in_other_process(home)
    wait_for_creation(home, starter)
    starter.kill()
    starter.communicate()
    assert ask(start(home).app_url, "SELECT 1") == 1


# Kills and what they leave behind


@pytest.mark.parametrize("killed", ["server", "server and backends", "backends"])
def test_a_kill_under_load_loses_no_acknowledged_commit_and_the_server_is_back_at_once(home, killed):
    with Writers(start(home)) as writers:
        kill(home, killed)
        assert ask(start(home).owner_url, "SELECT 1") == 1
    assert writers.acknowledged <= notes(start(home))


@pytest.mark.parametrize("pause", [0, 0.01, 0.02, 0.03, 0.05, 0.1])
def test_a_server_that_is_just_recovering_can_be_stopped(home, pause):
    with Writers(start(home)) as writers:
        kill(home, "backends")
        time.sleep(pause)
        assert stop(home) is True
    assert living(home / "data") == set()
    assert writers.acknowledged <= notes(start(home))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets us adopt the server")
def test_a_killed_server_that_is_still_a_zombie_holds_nobody_up(home):
    adopt = ctypes.CDLL(None).prctl
    adopt(36, 1)  # PR_SET_CHILD_SUBREAPER: the server's parent is us, who won't bury it
    try:
        with Writers(start(home)) as writers:
            dead = leader(home)
            kill(home, "server and backends")
            server = start(home)
        assert " Z " in Path(f"/proc/{dead}/stat").read_text()
        assert writers.acknowledged <= notes(server)
        stop(home)
    finally:
        adopt(36, 0)
        bury()


def kill(home, which):
    first, others = leader(home), living(home / "data") - {leader(home)}
    for pid in {"server": [first], "backends": others, "server and backends": [first, *others]}[which]:
        with suppress(ProcessLookupError):  # a backend may end by itself once the server is gone
            os.kill(pid, signal.SIGKILL)


def bury():
    """Wait for the dead servers we adopted, and for nothing else."""
    for pid in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split():
        if Path(f"/proc/{pid}/stat").read_text().split()[1:3] == ["(postgres)", "Z"]:
            os.waitpid(int(pid), 0)


def test_a_pid_file_that_names_a_stranger_stops_nobody_and_harms_nobody(home):
    start(home)
    left = (home / "data" / "postmaster.pid").read_text().splitlines()
    stop(home)
    with subprocess.Popen(["sleep", "600"]) as stranger:
        try:
            stale = "\n".join([str(stranger.pid), *left[1:]]) + "\n"
            (home / "data" / "postmaster.pid").write_text(stale)
            assert stop(home) is False
            (home / "data" / "postmaster.pid").write_text(stale)
            (socket_folder(home) / ".s.PGSQL.5432.lock").write_text(stale)
            assert ask(start(home).app_url, "SELECT 1") == 1
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_what_a_killed_first_start_left_half_made_is_made_anew(home):
    (home / "data.new" / "base").mkdir(parents=True)
    assert ask(start(home).app_url, "SELECT 1") == 1
    assert not (home / "data.new").exists()


def test_a_dropped_database_and_a_lost_role_password_come_back(home):
    server = start(home)
    with psycopg.connect(server.superuser_url, dbname="postgres", autocommit=True) as connection:
        connection.execute("DROP DATABASE hanse")
    (home / "secrets" / "hanse_app").unlink()
    assert status(home) is None
    assert ask(start(home).app_url, "SELECT current_user") == "hanse_app"


def test_a_lost_superuser_password_is_said_and_made_anew_by_a_restart(home):
    start(home)
    (home / "secrets" / "postgres").write_text("guess")
    with pytest.raises(PostgresError, match=r"refuses the password in .*stop it, remove that file, start it"):
        start(home)
    (home / "secrets" / "postgres").unlink()
    with pytest.raises(PostgresError, match="stop it and start it"):
        start(home)
    stop(home)
    assert ask(start(home).superuser_url, "SELECT current_user") == "postgres"


# Places


@pytest.mark.parametrize("name", ["deep" * 30, 'Jörg\'s $HOME, "the" `best` one'])
def test_a_home_too_deep_or_too_odd_for_a_socket_works_all_the_same(tmp_path, name):
    home = tmp_path / name / "home"
    try:
        server = start(home)
        assert born(start(home)) == born(server)
        assert len(str(socket_folder(home))) < 60 and socket_folder(home).stat().st_mode & 0o777 == 0o700
    finally:
        end(home)


def test_a_socket_folder_that_others_could_enter_is_refused(tmp_path):
    home = tmp_path / ("deep" * 30)
    socket_folder(home).mkdir(mode=0o755)
    try:
        with pytest.raises(PostgresError, match="open to other users: remove it"):
            start(home)
    finally:
        end(home)


def test_a_home_that_is_a_file_is_refused_with_a_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(PostgresError, match=r"file can't be used: .* choose another"):
        start(tmp_path / "file")


def test_without_programs_the_error_names_the_ways_out(home, monkeypatch):
    monkeypatch.setattr(postgres_programs, "WHEELS", ("no_such_wheel",))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PostgresError, match="Install the wheel, or set DATABASE_URL"):
        start(home)


def test_a_folder_of_another_postgresql_is_refused(home):
    start(home)
    stop(home)
    (home / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(PostgresError, match=r"needs PostgreSQL 9, but .* install 9"):
        start(home)


@AS_ROOT
@pytest.mark.parametrize("wheel", ["open", "closed"])
def test_where_namespaces_are_off_nobody_serves(monkeypatch, wheel):
    monkeypatch.setattr(postgres_programs, "namespaces_work", lambda: False)
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="hanse-test-") as top:
        Path(top).chmod(0o711)
        if wheel == "closed":
            monkeypatch.setattr(postgres_programs, "locate", closed_copy(Path(top)))
        home = Path(top, "home")
        try:
            first = born(start(home))
            assert Path(f"/proc/{leader(home)}").stat().st_uid == pwd.getpwnam("nobody").pw_uid
            assert (home / "data").stat().st_mode & 0o777 == 0o700
            kill(home, "server and backends")
            assert born(start(home)) != first
            monkeypatch.undo()
            stop(home)
            assert ask(start(home).app_url, "SELECT 1") == 1
        finally:
            end(home)


def closed_copy(top):
    """A wheel in a folder only root can enter."""
    package = Path(postgres_programs.locate()).parent.parent
    closed = top / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(package, closed / package.name)
    shutil.copytree(package.with_name(f"{package.name}.libs"), closed / f"{package.name}.libs")
    return lambda: closed / package.name / "pginstall" / "bin"


@AS_ROOT
def test_where_nobody_can_not_reach_the_home_the_error_says_so(monkeypatch, home):
    monkeypatch.setattr(postgres_programs, "namespaces_work", lambda: False)
    home.parent.chmod(0o700)
    with pytest.raises(PostgresError, match=r"nobody can't reach .* choose a folder every user may pass into"):
        start(home)


@pytest.mark.skipif(not shutil.which("lsof"), reason="needs lsof")
def test_servers_are_found_without_a_proc_file_system(shared, monkeypatch):
    known = living(shared.home / "data")
    monkeypatch.setattr(postgres_programs, "PROCESSES", Path("/nowhere"))
    assert leader(shared.home) in known & living(shared.home / "data")
    assert living(shared.home) == set()


# Backup and restore


def test_a_backup_under_load_restores_what_was_committed_before_it(home, copy_home, tmp_path):
    server = start(home)
    with Writers(server) as writers:
        before, transaction = (
            set(writers.acknowledged),
            ask(server.owner_url, "SELECT pg_current_xact_id()::text::bigint"),
        )
        backup(server, tmp_path / "backup")
    restore(copy_home, tmp_path / "backup")
    restored = start(copy_home)
    assert before <= notes(restored) <= notes(server)
    assert ask(restored.owner_url, "SELECT pg_current_xact_id()::text::bigint") > transaction
    assert restored.owner_url != server.owner_url


def test_a_quiet_backup_restores_the_same_rows(home, copy_home, tmp_path):
    server = start(home)
    with Writers(server):
        pass
    backup(server, tmp_path / "backup")
    restore(copy_home, tmp_path / "backup")
    assert notes(start(copy_home)) == notes(server)


def test_a_backup_overwrites_nothing_and_leaves_nothing_half_made(shared, tmp_path):
    (tmp_path / "taken").mkdir()
    with pytest.raises(PostgresError, match="overwrites nothing: choose a new name"):
        backup(shared, tmp_path / "taken")
    (shared.home / "secrets" / "postgres").rename(tmp_path / "away")
    try:
        with pytest.raises(FileNotFoundError):
            backup(shared, tmp_path / "fails")
    finally:
        (tmp_path / "away").rename(shared.home / "secrets" / "postgres")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["taken"]


def test_a_home_that_holds_anything_is_not_restored_into(home, shared, tmp_path):
    backup(shared, tmp_path / "backup")
    home.mkdir()
    (home / "diary").write_text("mine")
    with pytest.raises(PostgresError, match="isn't empty, it holds diary: restore into a new folder"):
        restore(home, tmp_path / "backup")
    assert [path.name for path in home.iterdir()] == ["diary"]
    with pytest.raises(PostgresError, match="isn't empty, it holds data"):
        restore(shared.home, tmp_path / "backup")


def test_a_damaged_backup_is_refused_and_the_next_one_restores(copy_home, shared, tmp_path):
    whole = backup(shared, tmp_path / "whole")
    damaged = Path(shutil.copytree(whole, tmp_path / "damaged"))
    (damaged / "global" / "pg_control").write_bytes(b"\0" * 8192)
    with pytest.raises(PostgresError, match="pg_verifybackup failed"):
        restore(copy_home, damaged)
    restore(copy_home, whole)
    assert ask(start(copy_home).app_url, "SELECT 1") == 1


def test_a_folder_that_is_no_backup_is_refused(home, tmp_path):
    with pytest.raises(PostgresError, match="is no backup: name a folder that `backup` or `archive` made"):
        restore(home, tmp_path)
    assert not home.exists()

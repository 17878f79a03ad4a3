"""Tests run on a real PostgreSQL: a private server, one migrated template, one copy per test process.

They run as the server's role, which owns nothing. `HANSE_TEST_OWNER_URL` and `HANSE_TEST_APP_URL` point at
another server (Debian's, say) with the roles hanse_owner and hanse_app.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg.conninfo import conninfo_to_dict, make_conninfo

ROOT = Path(__file__).parent
HOME = Path(os.environ.get("HANSE_TEST_HOME", f"/tmp/hanse-test-{os.getuid()}"))
settings.register_profile("hanse", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=500)
settings.load_profile(os.environ.get("HANSE_HYPOTHESIS", "hanse"))
"""A test never asserts a time, on a busy machine neither. `make test` walks the same ways each time; `make test-slow` explores new ones."""
DATA = Path(os.environ.get("HANSE_DATA", ROOT.parent / "shared" / "data"))


def _servers(worker: str) -> tuple[str, str]:
    """A server for each test process: followers wait for every open transaction, also those of other databases."""
    if "HANSE_TEST_OWNER_URL" in os.environ:
        return os.environ["HANSE_TEST_OWNER_URL"], os.environ["HANSE_TEST_APP_URL"]
    from hanse.edge import postgres

    server = postgres.start(HOME / worker)
    return server.owner_url, server.app_url


def _template() -> str:
    """The name of the template: it changes with every migration."""
    digest = hashlib.sha256()
    for path in [*sorted(ROOT.glob("hanse/*/migrations/*.py")), ROOT / "hanse/edge/schema.py"]:
        digest.update(path.read_bytes())
    return f"hanse_template_{digest.hexdigest()[:12]}"


def _made_once(owner: str, template: str) -> None:
    with psycopg.connect(make_conninfo(owner, dbname="postgres"), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            return
        raw = f"{template}_raw"
        connection.execute(f"DROP DATABASE IF EXISTS {raw} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {raw}")
        environment = os.environ | {"DATABASE_OWNER_URL": make_conninfo(owner, dbname=raw)}
        subprocess.run([sys.executable, "-m", "hanse.edge.schema"], check=True, env=environment, cwd=ROOT)
        connection.execute(f"ALTER DATABASE {raw} RENAME TO {template}")


@pytest.fixture(scope="session")
def database_urls(worker_id: str) -> tuple[str, str]:
    """The owner's and the server's URL of this test process's own database."""
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / f"{worker_id}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        owner, app = _servers(worker_id)
        template = _template()
        _made_once(owner, template)
        name = f"hanse_test_{worker_id}_{os.environ.get('HANSE_TEST_NAME', 'main')}"
        with psycopg.connect(make_conninfo(owner, dbname="postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    with psycopg.connect(make_conninfo(owner, dbname=name), autocommit=True) as connection:
        connection.execute("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO hanse_app")
    return make_conninfo(owner, dbname=name), make_conninfo(app, dbname=name)


@pytest.fixture(scope="session")
def django_db_setup(database_urls: tuple[str, str]) -> None:
    """Point Django at this process's database, as the server's role."""
    from django.db import connections

    parts = conninfo_to_dict(database_urls[1])
    settings = connections["default"].settings_dict
    settings.update(NAME=parts["dbname"], USER=parts["user"], PASSWORD=parts.get("password", ""), HOST=parts["host"], PORT=str(parts.get("port", "")))
    settings["OPTIONS"].pop("pool", None)


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    return getattr(request.config, "workerinput", {}).get("workerid", "one")


@pytest.fixture
def data() -> Path:
    """The folder of the real data sets; tests that need it skip where it is missing."""
    if not DATA.is_dir():
        pytest.skip(f"the data sets are not at {DATA} (HANSE_DATA)")
    return DATA


@pytest.fixture
def transactional_db(transactional_db: None, database_urls: tuple[str, str]):
    """As pytest-django's; before it empties the tables, the right to is granted again: a test may have set the rights anew."""
    yield
    with psycopg.connect(database_urls[0], autocommit=True) as connection:
        connection.execute("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO hanse_app")


@pytest.fixture
def given(db: None):
    """The company a test starts from, on a Monday morning (tests/given.py). Rolled back after the test."""
    from hanse.kernel import clock
    from tests.given import MONDAY, Given

    with clock.standing_at(MONDAY):
        yield Given()


@pytest.fixture
def lasting(transactional_db: None):
    """Like `given`, but really committed: for races, followers and other processes. Emptied after the test."""
    from hanse.kernel import clock
    from tests.given import MONDAY, Given

    with clock.standing_at(MONDAY):
        yield Given()


@pytest.fixture
def caller(db: None):
    """Makes clients of the API with a key of their own: `caller("order desk")`."""
    from hanse.edge.tests.conftest import Caller

    return Caller

"""Futures are really lived: each kind of change moves what it should, and however a run ends, no copy is left behind."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest

from hanse.world import changing, whatif
from hanse.world.branches import copied
from hanse.world.described import text_of

from .aside import MONDAY, databases, opened

pytestmark = pytest.mark.slow
CHANGES = Path(changing.__file__).parent / "changes"
PAST, DAYS, SEEDS = 5, 7, 2
SMALL = (
    text_of("web-shop").replace("people = 900", "people = 40").replace("people = 60", "people = 12").replace("orders_per_day = 42.0", "orders_per_day = 16.0")
    .replace("{ starts = 12:00:00, ends = 20:00:00, pickers = 2, packers = 2 },", ""))


@pytest.fixture(scope="module")
def home(database_urls, tmp_path_factory):
    """A small company with a week behind it: its database and its file."""
    owner, app = database_urls
    file = tmp_path_factory.mktemp("company") / "small.toml"
    file.write_text(SMALL)
    with copied(app, owner) as branch:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
            processes.submit(opened, branch, str(file), 7, PAST).result()
        yield branch, str(file)


def futures(home, branch, change, days=DAYS, seeds=SEEDS):
    first = MONDAY + timedelta(days=PAST)
    return whatif.futures_of(branch, "x" * 50, home[1], SMALL, change, 7, MONDAY, first, days, seeds)


@pytest.fixture(scope="module")
def as_it_is(home):
    """The futures without a change, by luck; lived once for all changes."""
    with whatif.hired(2) as executor:
        return list(executor.map(whatif.lived, [a for a, _ in futures(home, home[0], "")]))


MOVES = {
    "cut_off": ("perfect", -1), "sourcing": ("split", -1), "contract": ("freight", -1), "stock": ("stock", 1), "crew": ("hours_late", 1),
}


@pytest.mark.parametrize("kind", sorted(MOVES))
def test_each_kind_of_change_moves_what_it_should(home, as_it_is, kind):
    with whatif.hired(2) as executor:
        changed = list(executor.map(whatif.lived, [b for _, b in futures(home, home[0], (CHANGES / f"{kind}.toml").read_text())]))
    measure, way = MOVES[kind]
    told = whatif.compared(zip(as_it_is, changed, strict=True), MONDAY + timedelta(days=PAST))
    by = {d.measure: d for d in told.differences}
    assert by[measure].difference * way > 0, by
    assert by["cost"].difference == pytest.approx(by["freight"].difference + by["handling"].difference + by["split"].difference)
    assert by["orders"].same
    assert {d.measure for d in told.days} == set(whatif.DAILY)


def test_the_same_change_by_the_same_luck_is_the_same_future(home, as_it_is):
    assert whatif.lived(futures(home, home[0], "")[0][0]) == as_it_is[0]
    assert as_it_is[0] != as_it_is[1]


def command(home, *more):
    return subprocess.Popen(
        [sys.executable, "-m", "hanse.edge", "whatif", "--change", str(CHANGES / "stock.toml"), "--days", "60", "--seeds", "3", "--processes", "2", *more],
        env=os.environ | {"DATABASE_URL": home[0].app, "DATABASE_OWNER_URL": home[0].owner, "HANSE_SECRET_KEY": "x" * 50}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)


def at_work(home, before, process):
    """Waits until futures are being lived: the copy is there and a twin of it."""
    for _ in range(600):
        if len(databases(home[0].owner) - before) > 1:
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    raise AssertionError("nothing was lived")


def test_ctrl_c_leaves_no_databases_behind(home):
    before = databases(home[0].owner)
    process = command(home)
    at_work(home, before, process)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and "Stopped; nothing is left of it." in said
    assert databases(home[0].owner) == before


def test_what_a_killed_run_left_is_cleared_away_by_the_next_one(home):
    before = databases(home[0].owner)
    process = command(home)
    at_work(home, before, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert databases(home[0].owner) > before
    with copied(home[0].app, home[0].owner) as branch:
        assert databases(home[0].owner) == before | {branch.name}
    assert databases(home[0].owner) == before


def test_a_killed_process_ends_the_run_and_takes_its_copies_with_it(home):
    before = databases(home[0].owner)
    with pytest.raises(whatif.NotLived, match="was killed"):
        with copied(home[0].app, home[0].owner) as branch, whatif.hired(1) as executor:
            answers = [executor.submit(whatif.lived, f) for f, _ in futures(home, branch, "", days=60)]
            while not whatif.working():
                time.sleep(0.05)
            os.kill(whatif.working()[0], signal.SIGKILL)
            [a.result() for a in answers]
    assert databases(home[0].owner) == before


def test_a_cluster_that_loses_a_worker_brings_all_futures_back_none_twice(home):
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    before, came = databases(home[0].owner), []
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        with copied(home[0].app, home[0].owner) as branch, whatif.hired(1, cluster.scheduler_address) as executor:
            pairs = futures(home, branch, (CHANGES / "stock.toml").read_text())

            def done():
                came.append(1)
                if len(came) == 1:
                    at_work_in(home, before | {branch.name})
                    os.kill(cluster.workers[0].pid, signal.SIGKILL)

            told = list(whatif.outcomes(executor, pairs, done))
    assert len(came) == 2 * SEEDS == 2 * len(told)
    with copied(home[0].app, home[0].owner) as branch, whatif.hired(1) as executor:
        assert list(whatif.outcomes(executor, futures(home, branch, (CHANGES / "stock.toml").read_text()), list)) == told, "the same futures, lived here"
    assert all(a.orders == b.orders and a.stock < b.stock for a, b in told) and told[0][0].orders != told[1][0].orders
    assert databases(home[0].owner) == before


def at_work_in(home, before):
    """Waits until a future is being lived by a cluster."""
    while not databases(home[0].owner) - before:
        time.sleep(0.05)

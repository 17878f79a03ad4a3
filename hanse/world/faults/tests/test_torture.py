"""Torture: kills at every commit of a life, seeded runs of all faults, and the seeds that once failed."""

from random import Random

import pytest

from hanse.world.faults import checks
from hanse.world.faults.lives import Client, Company
from hanse.world.faults.proxy import until
from hanse.world.faults.served import a_served_company
from hanse.world.faults.sweep import every_commit
from hanse.world.faults.torture import SKUS, torture

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served():
    """One company for the sweeps."""
    with a_served_company(1) as company:
        yield company


@pytest.mark.parametrize("whom, kill", [("web", False), ("web", True), ("worker", True)])
def test_a_whole_life_survives_a_crash_at_each_of_its_commits(served, whom, kill):
    name = f"{whom} {kill}"
    company = Company(served.url, served.key(name), troubled=True)
    company.load([f"{sku} {name}" for sku in SKUS])
    client = Client(company, Random(3), name)
    with every_commit(served, whom, kill) as harmed:
        while company.lived < 2:
            client.live([f"{sku} {name}" for sku in SKUS])
        assert until(lambda: len(harmed) >= 6, 120)
    assert until(served.answers, 60)
    with served.looking() as looking:
        assert until(lambda: not checks.stuck(looking), 60), checks.stuck(looking)
        assert company.odd == [] and checks.same_answers(company, Random(1)) == []
        facts = looking.execute("SELECT key, count(*) FROM journal_event WHERE actor = %s GROUP BY key, kind", [f"key:{name}"]).fetchall()
        told, acted = {key for key, _ in facts}, {a.key for a in checks.acts_of(company)}
        assert told <= acted and {count for _, count in facts} == {1}
        assert all(key.startswith("load") for key in acted - told), "what an earlier sweep kept as it is tells nothing"
    done = served.hanse("verify", "--json")
    assert checks.verified(done.stdout, done.returncode) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_a_company_under_all_faults_loses_nothing_and_doubles_nothing(seed):
    report = torture(seed, minutes=3, say=print)
    assert report.wrong == []
    assert report.kills and report.line_faults and report.poison_items and report.hostile_inputs

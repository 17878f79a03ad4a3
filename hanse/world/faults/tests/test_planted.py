"""Planted bugs: a company without one is clean, and every one of them is caught."""

import pytest

from hanse.edge.invariants import TITLES
from hanse.world.faults.planted import BUGS
from hanse.world.faults.scenario import caught, play

QUICK = {"What is picked stays reserved.", "A series of numbers skips one each time.", "Keys are not stored, so what comes again is done again."}


def test_every_invariant_that_verify_checks_has_a_planted_bug():
    assert set(TITLES) <= {bug.invariant for bug in BUGS}
    assert len({bug.what for bug in BUGS}) == len(BUGS)


def test_a_company_without_a_bug_is_clean(transactional_db):
    assert play() == []


@pytest.mark.parametrize("bug", [b for b in BUGS if b.what in QUICK], ids=lambda b: b.what)
def test_a_planted_bug_is_caught(transactional_db, bug):
    assert caught(bug)


@pytest.mark.slow
@pytest.mark.parametrize("bug", [b for b in BUGS if b.what not in QUICK], ids=lambda b: b.what)
def test_every_planted_bug_is_caught(transactional_db, bug):
    assert caught(bug)

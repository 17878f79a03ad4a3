"""A demo is not let into a home that holds something else."""

import pytest

from hanse.world import demo
from hanse.world.history import NotThisWorld


def test_a_company_of_ones_own_is_no_demo(given, tmp_path, monkeypatch):
    monkeypatch.setenv("HANSE_HOME", str(tmp_path))
    given.stocked(given.item(), given.site(lanes={"DE": 1}), 5)
    given.customer()
    given.order(("BRG-6204", 1))
    with pytest.raises(NotThisWorld, match="not simulated"):
        demo.run(None, 1, None, 0)

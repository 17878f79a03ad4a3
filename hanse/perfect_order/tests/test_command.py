"""`hanse perfect` tells the same as the pages."""

import json

from click.testing import CliRunner

from hanse.edge.cli import main
from hanse.perfect_order.tests.test_reads import four  # noqa: F401


def test_the_share_of_a_period(four, monkeypatch):  # noqa: F811
    from contextlib import nullcontext

    monkeypatch.setattr("hanse.edge.cli_perfect.django_ready", nullcontext)
    run = CliRunner().invoke
    told = json.loads(run(main, ["perfect", "--from", "2026-11-01", "--to", "2026-11-30", "--by", "customer", "--json"]).output)
    assert {row["key"]: (row["due"], row["perfect"]) for row in told} == {"REUTER": (3, 1), "ANNA": (1, 0)}
    assert "25.0 %" in run(main, ["perfect", "--from", "2026-11-01", "--to", "2026-11-30"]).output
    assert run(main, ["perfect", "--from", "2026-11-30", "--to", "2026-11-01"]).exit_code == 2

"""Every hour late belongs to one stage."""

from datetime import UTC, datetime, timedelta

import pytest

from hanse.perfect_order.lateness import Milestone, lateness, parts, primary

START = datetime(2026, 11, 16, 8, tzinfo=UTC)


def way(**late: float | None) -> list[Milestone]:
    """Milestones a day apart, so many hours late (early below zero); None was not told."""
    made = []
    for nr, (stage, hours) in enumerate(late.items()):
        planned = START + timedelta(days=nr)
        made.append(Milestone(stage, planned, None if hours is None else planned + timedelta(hours=hours)))
    return made


def test_recoveries_are_credited_and_the_shares_add_up():
    shares = parts([0, 2, 1.5, 5, 4, 6])
    assert shares == [pytest.approx(x) for x in (0, 1.6, 0, 2.8, 0, 1.6)]
    assert sum(shares) == pytest.approx(6.0)
    found = lateness(way(**{"release": 0, "pick": 2, "pack": 1.5, "hand-over": 5, "carrier": 4, "consignee": 6}))
    assert [(p.stages, p.owner, round(p.hours, 9)) for p in found] == [
        (("pick",), "warehouse", 1.6), (("hand-over",), "shipping", 2.8), (("consignee",), "consignee", 1.6)]
    assert primary(found).stages == ("hand-over",)


def test_early_slack_is_nobodys_debt():
    assert parts([0, 0.5, 0.5, 3]) == [pytest.approx(x) for x in (0, 0.5, 0, 2.5)]
    found = lateness(way(**{"release": -1, "pick": 0.5, "pack": 0.5, "carrier": 3}))
    assert [(p.stages[0], p.hours) for p in found] == [("pick", pytest.approx(0.5)), ("carrier", pytest.approx(2.5))]


def test_a_carrier_is_never_blamed_for_a_late_hand_over():
    found = lateness(way(**{"pack": 0, "hand-over": 24, "carrier": 24}))
    assert [(p.owner, p.hours) for p in found] == [("shipping", pytest.approx(24))]
    assert lateness(way(**{"hand-over": 24, "carrier": 0})) == []


def test_what_was_not_told_runs_into_the_next_stage_and_is_nobodys_unless_both_are_ones():
    [both] = lateness(way(**{"pick": None, "pack": 2, "hand-over": 2, "carrier": 2}))
    assert (both.stages, both.owner) == (("pick", "pack"), "warehouse")
    [mixed] = lateness(way(**{"hand-over": None, "carrier": 5}))
    assert (mixed.stages, mixed.owner) == (("hand-over", "carrier"), "not known")


def test_of_equal_parts_the_earliest_answers_and_within_the_tolerance_nothing_is_late():
    found = lateness(way(**{"pick": 1, "carrier": 2}))
    assert primary(found).stages == ("pick",)
    assert lateness(way(**{"carrier": 2}), tolerance_h=2) == [] and lateness([]) == [] and primary([]) is None

"""The counter bar draws each unit once, never loses a stage, and says in words what it shows."""

import re
from itertools import pairwise

import pytest

from hanse.web import counters
from hanse.web.templatetags.hanse import counter_bar, legend

SHEET = {"ordered": 60, "cancelled": 4, "reserved": 50, "picked": 42, "packed": 34, "shipped": 26, "delivered": 14, "waiting": 6}


@pytest.mark.parametrize("given, drawn", [
    (SHEET, {"delivered": 14, "shipped": 12, "packed": 8, "picked": 8, "allocated": 8, "back": 6, "cancelled": 4}),
    ({"ordered": 4, "reserved": 3, "picked": 3, "packed": 2, "shipped": 2, "waiting": 1}, {"shipped": 2, "picked": 1, "back": 1}),
    ({"ordered": 14, "cancelled": 2, "reserved": 12, "picked": 8}, {"picked": 8, "allocated": 4, "cancelled": 2}),
    ({"ordered": 5}, {"open": 5}),
    ({"ordered": 5, "cancelled": 5}, {"cancelled": 5}),
    ({}, {}),
])
def test_each_unit_stands_once_in_the_furthest_stage_it_has_reached(given, drawn):
    found = {stage: units for stage, units in counters.stages(given).items() if units}
    assert found == drawn
    assert sum(found.values()) == given.get("ordered", 0)


@pytest.mark.parametrize("given", [SHEET, {"ordered": 7}, {"ordered": 100_000, "reserved": 99_999, "picked": 1}])
@pytest.mark.parametrize("width", [96, 150, 388])
def test_stages_and_gaps_fill_the_bar_and_none_is_too_thin_to_see(given, width):
    drawn = counters.segments(given, width)
    assert all(wide >= counters.LEAST for _, _, wide in drawn)
    for (_, x, wide), (_, following, _) in pairwise(drawn):
        assert following == pytest.approx(x + wide + counters.GAP)
    assert drawn[-1][1] + drawn[-1][2] == pytest.approx(width)


def test_one_unit_of_a_hundred_thousand_is_five_pixels_wide():
    [allocated, back] = counters.segments({"ordered": 100_000, "reserved": 99_999, "waiting": 1}, 150)
    assert (back[0], back[2]) == ("back", 5.0)
    assert allocated[2] == 150 - 5 - 1.5


def test_left_is_nearest_to_the_customer():
    assert [stage for stage, _, _ in counters.segments(SHEET, 388)] == [
        "delivered", "shipped", "packed", "picked", "allocated", "back", "cancelled"]


def test_the_bar_says_its_counters_and_leaves_out_what_never_happened():
    assert counters.label(SHEET) == (
        "60 ordered, 4 cancelled, 50 allocated, 42 picked, 34 packed, 26 shipped, 14 delivered, 6 waiting for supply")
    assert counters.label({"ordered": 1200, "reserved": 1200}) == (
        "1,200 ordered, 1,200 allocated, 0 picked, 0 packed, 0 shipped, 0 delivered")


def test_the_drawing_carries_its_words_and_no_style():
    drawing = counter_bar(SHEET, 158, 12)
    said = counters.label(SHEET)
    assert f'aria-label="{said}"' in drawing and f"<title>{said}</title>" in drawing
    assert "style=" not in drawing
    assert len(re.findall("<rect", drawing)) == 7


def test_the_outline_of_what_waits_stays_inside_the_bar():
    drawing = counter_bar({"ordered": 2, "waiting": 2}, 100, 9)
    assert '<rect class="seg-back" x="0.5" y="0.5" width="99.0" height="8"' in drawing


def test_the_legend_leaves_out_what_a_table_never_shows():
    assert "Cancelled" in legend() and "Cancelled" not in legend("cancelled")

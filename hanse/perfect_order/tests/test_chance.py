"""Chances: counted by lane, step and slack, few drawn towards all, said of nothing where too few tell, and held against what came after."""

from datetime import UTC, date, datetime, time
from random import Random

import pytest

from hanse.kernel.samples import Share
from hanse.perfect_order.chance import DRAWN_BY, FEW, Learnt, calibrated
from hanse.perfect_order.evidence import Way
from hanse.perfect_order.passed import BANDS, Ended, band_of, cells, over_weeks, slacks


@pytest.mark.parametrize("hours, band", [
    (-30, "more than a day late"), (-24, "up to a day late"), (-0.1, "up to a day late"), (0, "under 4 h left"), (3.9, "under 4 h left"), (4, "4 to 24 h left"),
    (24, "1 to 3 days left"), (72, "more than 3 days left"), (1000, "more than 3 days left"),
])
def test_slack_is_put_into_bands(hours, band):
    assert BANDS[band_of(hours)] == band


def way(parcel: int, released: datetime | None, handed_over: datetime) -> Way:
    """A parcel from Hamburg that takes a working day; the cut-off is at 16:00, 15:00 in the world's time."""
    return Way(parcel, "Europe/Berlin", "DE", "", [0, 1, 2, 3, 4], time(16), time(0), time(0), 1, None, [], "DE", "", 1, 5, released, released, None, handed_over, handed_over, None, None, None)


def test_a_commitment_is_counted_at_each_step_by_the_slack_it_passed_it_with():
    due = date(2026, 11, 24)
    told = slacks(way(1, datetime(2026, 11, 23, 10, tzinfo=UTC), datetime(2026, 11, 23, 16, tzinfo=UTC)), due)
    assert "pick" not in told and told["hand over"] == told["delivery"] == -1 and 4 < told["release"] < 5
    ended = [Ended(1, due, True, 1, "UPS", "HAM → DE"), Ended(2, due, False, 2, "UPS", "HAM → DE"), Ended(3, due, False, 99, "UPS", "HAM → DE")]
    ways = {n: way(n, None, datetime(2026, 11, 23, 16, tzinfo=UTC)) for n in (1, 2)}
    assert cells(ended, ways) == {
        ("HAM → DE", "hand over", 1): Share(1, 2), ("HAM → DE", "pack", 1): Share(1, 2), ("UPS|HAM → DE", "delivery", 1): Share(1, 2)}


def test_a_lane_with_few_is_drawn_towards_all_and_of_too_few_nothing_is_said():
    learnt = Learnt({("A", "pick", 3): Share(90, 100), ("B", "pick", 3): Share(0, 5)})
    everywhere = 90 / 105
    few = learnt.chance("B", "pick", 3)
    assert few.value == pytest.approx(DRAWN_BY * everywhere / (DRAWN_BY + 5)) and few.n == 5 and few.low < few.value < few.high
    assert learnt.chance("A", "pick", 3).value > few.value > 0
    assert learnt.chance("NEW", "pick", 3).value == pytest.approx(everywhere) and learnt.chance("NEW", "pick", 3).n == 0
    assert learnt.chance("A", "pick", 2).value is None and learnt.chance("A", "pack", 3).value is None
    assert Learnt({("A", "pick", 3): Share(FEW - 1, FEW - 1)}).chance("A", "pick", 3).value is None


def test_what_still_waits_is_held_against_all_that_had_as_much_left_or_less():
    learnt = Learnt({("A", "release", band): Share(hits, 100) for band, hits in enumerate((5, 30, 70, 90, 95, 97))})
    waiting = [learnt.chance("A", "release", band, waits=True).value for band in range(6)]
    assert waiting == sorted(waiting) and all(w <= learnt.chance("A", "release", b).value for b, w in enumerate(waiting))


def test_in_a_seeded_world_what_is_foreseen_happens():
    """Less slack is worse, and lanes differ a little: half a year is foreseen from the half before it."""
    random = Random(7)
    slack = (0.15, 0.45, 0.7, 0.85, 0.92, 0.95)
    true = {(lane, step, band): slack[band] + random.uniform(-0.04, 0.04) for lane in "ABCDEF" for step in ("release", "pick", "delivery") for band in range(6)}

    def half(n: int) -> dict:
        return {cell: Share(sum(random.random() < p for _ in range(n)), n) for cell, p in true.items()}

    levels = calibrated(half(400), half(400))
    assert len(levels) >= 4 and sum(level.n for level in levels) == 400 * len(true)
    assert all(abs(level.foreseen - level.happened) < 0.02 for level in levels), levels
    assert sum(level.right for level in levels) >= len(levels) - 1, levels
    changed = calibrated(half(400), {cell: Share(share.hits // 2, share.n) for cell, share in half(400).items()})
    assert not any(level.right for level in changed), "a world that has changed is said so"


def test_weeks_are_put_together_by_their_days():
    kept = [(date(2026, 11, 2), ("A", "pick", 1), Share(1, 2)), (date(2026, 11, 9), ("A", "pick", 1), Share(3, 3)), (date(2026, 11, 16), ("B", "pick", 1), Share(0, 1))]
    assert over_weeks(kept, before=date(2026, 11, 16)) == {("A", "pick", 1): Share(4, 5)}
    assert over_weeks(kept, first=date(2026, 11, 9)) == {("A", "pick", 1): Share(3, 3), ("B", "pick", 1): Share(0, 1)}

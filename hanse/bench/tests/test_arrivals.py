"""The open-loop generator: requests are due whether or not earlier ones were answered, and none that waits is hidden."""

import math
from itertools import pairwise

import pytest

from hanse.bench.arrivals import MIX, Answer, Arrival, carried, knee, percentile, row, schedule


def test_arrivals_come_by_their_rate_in_order_and_are_the_same_for_the_same_seed():
    arrivals = schedule(rate=50, seconds=20, seed=1)
    assert arrivals == schedule(50, 20, 1) != schedule(50, 20, 2)
    assert [a.due for a in arrivals] == sorted(a.due for a in arrivals) and arrivals[0].due > 0 and arrivals[-1].due < 20
    for what, share in MIX.items():
        numbers = [a.number for a in arrivals if a.what == what]
        assert numbers == list(range(len(numbers))) and len(numbers) == pytest.approx(50 * 20 * share, rel=0.15)


def test_independent_people_come_in_bursts():
    arrivals = schedule(100, 50, 3, {"place": 1})
    gaps = [b.due - a.due for a, b in pairwise(arrivals)]
    mean = sum(gaps) / len(gaps)
    assert mean == pytest.approx(0.01, rel=0.1) and sum((g - mean) ** 2 for g in gaps) / len(gaps) == pytest.approx(mean**2, rel=0.2)


@pytest.mark.parametrize("values, percent, found", [([3, 1, 2], 50, 2), ([3, 1, 2], 99, 3), (range(1, 101), 99, 99), ([], 50, math.inf), ([7], 1, 7)])
def test_percentiles(values, percent, found):
    assert percentile(values, percent) == found


def answers(*told: tuple[int, float], what: str = "place") -> list[Answer]:
    return [Answer(Arrival(n / 10, what, n), status, took, 0.0) for n, (status, took) in enumerate(told)]


def test_a_rate_says_what_was_carried_and_what_was_shed():
    told = row(10, 1.0, answers(*[(200, 0.02)] * 8, (503, 0.001), (0, 30.0)))
    assert (told["offered_per_s"], told["placed_per_s"], told["shed"], told["unanswered"]) == (10.0, 8.0, 1, 1)
    assert (told["place_p50_ms"], told["place_p99_ms"]) == (20.0, 30_000.0)


@pytest.mark.parametrize("told, well", [
    ([(200, 0.02)] * 10, True),
    ([(200, 0.02)] * 9 + [(200, 1.5)], False),
    ([(200, 0.02)] * 9 + [(503, 0.01)], False),
    ([(200, 0.02)] * 9 + [(0, 0.01)], False),
    ([(200, 0.02)] * 9 + [(422, 0.01)], False),
])  # fmt: skip
def test_a_rate_is_carried_when_all_are_answered_well_and_in_time(told, well):
    assert carried(row(10, 1.0, answers(*told))) == well


def test_the_knee_is_the_last_rate_before_the_first_that_is_not_carried():
    well, ill = answers(*[(200, 0.02)] * 10), answers(*[(200, 3.0)] * 10)
    assert knee([row(r, 1.0, a) for r, a in ((5, well), (10, well), (20, ill), (40, well))]) == 10
    assert knee([row(5, 1.0, ill)]) == 0

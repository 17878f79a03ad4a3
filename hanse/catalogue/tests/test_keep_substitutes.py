"""Substitutes: the approved list, with direction, ratio, price rule and consent."""

from datetime import date

import pytest

from hanse.catalogue import reads
from hanse.catalogue.keep_substitutes import KeepSubstitute, Known, decide, keep_substitutes

TODAY = date(2026, 11, 16)
KNOWN = Known({"A", "B", "SET"}, {"SET"}, {})


@pytest.mark.parametrize("asks, told", [
    ([KeepSubstitute("A", "B")], ["1 A may be replaced by 1 B from 2026-11-16 on"]),
    ([KeepSubstitute("A", "B", per=2, units=3, until_on=date(2026, 12, 31))], ["2 A may be replaced by 3 B from 2026-11-16 on until 2026-12-31"]),
    ([KeepSubstitute("A", "B"), KeepSubstitute("A", "B")], ["1 A may be replaced by 1 B from 2026-11-16 on", "A is so already"]),
    ([KeepSubstitute("A", "GONE")], ["There is no item GONE."]),
    ([KeepSubstitute("A", "SET")], ["SET is a kit: name substitutes for what it is made of."]),
    ([KeepSubstitute("A", "A")], ["A cannot stand in for itself."]),
    ([KeepSubstitute("A", "B", from_on=TODAY, until_on=date(2026, 1, 1))], ["It would end before it begins."]),
])
def test_a_substitute_is_approved_with_its_direction_and_ratio(asks, told):
    answers, _ = decide(asks, KNOWN, TODAY)
    assert [a.said() for a in answers] == told


def test_both_ways_turns_the_ratio_round():
    _, kept = decide([KeepSubstitute("A", "B", per=2, units=3, both_ways=True)], KNOWN, TODAY)
    assert [(k.item, k.by, k.per, k.units) for k in kept] == [("A", "B", 2, 3), ("B", "A", 3, 2)]


def test_the_list_is_kept_told_and_ended(given):
    given.item("A"), given.item("B")
    keep_substitutes([KeepSubstitute("A", "B", both_ways=True)], by="ann", key="k")
    assert keep_substitutes([KeepSubstitute("A", "B", both_ways=True)], by="ann", key="k") == given.told("SubstituteKept")[:1]
    assert [(t.item, t.by) for t in given.told("SubstituteKept")] == [("A", "B"), ("B", "A")]
    keep_substitutes([KeepSubstitute("A", "B", until_on=date(2026, 11, 20))], by="ann")
    assert [(s.sku, s.until_on) for s in reads.item("A").substitutes] == [("B", date(2026, 11, 20))]

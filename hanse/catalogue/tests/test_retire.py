"""Retiring items and bringing them back."""

from datetime import date

import pytest

from hanse.catalogue.models import Item
from hanse.catalogue.retire import RetireItem, decide, retire_items

TODAY = date(2026, 11, 16)


@pytest.mark.parametrize("asks, told", [
    ([RetireItem("A")], ["A retired on 2026-11-16"]),
    ([RetireItem("A", on=date(2027, 1, 1))], ["A retired on 2027-01-01"]),
    ([RetireItem("A"), RetireItem("A")], ["A retired on 2026-11-16", "A is so already"]),
    ([RetireItem("OLD"), RetireItem("OLD", back=True), RetireItem("OLD")], ["OLD is so already", "OLD is sold again", "OLD retired on 2026-11-16"]),
    ([RetireItem("A", back=True)], ["A is so already"]),
    ([RetireItem("NONE")], ["There is no item NONE."]),
])
def test_items_are_retired_and_brought_back(asks, told):
    assert [a.said() for a in decide(asks, {"A": None, "OLD": date(2026, 1, 1)}, TODAY)] == told


def test_the_last_word_of_a_batch_stands(given):
    item = given.item("A")
    retire_items([RetireItem("A"), RetireItem("A", on=date(2027, 1, 1))], by="ann")
    assert Item.objects.get(pk=item.pk).retired_on == date(2027, 1, 1)

"""Recipes: what a kit is made of from a day on; a kit holds no kits."""

from datetime import date

import pytest

from hanse.catalogue import reads
from hanse.catalogue.events import KitPart
from hanse.catalogue.keep_recipes import ComponentGiven, KeepRecipe, Known, decide, keep_recipes
from hanse.catalogue.models import Component

TODAY = date(2026, 11, 16)
KNOWN = Known({"SET", "BOX", "A", "B"}, {("BOX", TODAY): (KitPart("A", 1),)}, {"BOX"}, {"A"})


def recipe(kit: str, *parts: tuple[str, int], **fields):
    return KeepRecipe(kit, tuple(ComponentGiven(sku, n) for sku, n in parts), **fields)


@pytest.mark.parametrize("asks, told", [
    ([recipe("SET", ("A", 1), ("B", 2))], ["SET is made of 1 A, 2 B from 2026-11-16 on"]),
    ([recipe("SET", ("A", 1), from_on=date(2027, 1, 1))], ["SET is made of 1 A from 2027-01-01 on"]),
    ([recipe("SET", ("A", 1)), recipe("SET", ("A", 1))], ["SET is made of 1 A from 2026-11-16 on", "SET is so already"]),
    ([recipe("BOX", ("A", 1))], ["BOX is so already"]),
    ([recipe("SET", ("BOX", 1))], ["BOX is a kit or part of one: name the components it stands for."]),
    ([recipe("A", ("B", 1))], ["A is a kit or part of one: name the components it stands for."]),
    ([recipe("SET", ("SET", 1))], ["SET is a kit or part of one: name the components it stands for."]),
    ([recipe("SET", ("A", 1), ("A", 2))], ["A is named twice: say how many in all."]),
    ([recipe("NONE", ("A", 1))], ["There is no item NONE."]),
])
def test_a_kit_is_made_of_items_that_are_no_kits(asks, told):
    assert [a.said() for a in decide(asks, KNOWN, TODAY)] == told


def test_all_that_is_wrong_with_a_recipe_is_said_at_once():
    [no] = decide([recipe("NONE", ("BOX", 1), ("GONE", 1))], KNOWN, TODAY)
    assert [(e.pointer, e.code) for e in no.errors] == [("#/kit", "sku-unknown"), ("#/components/0/sku", "kit-of-kits"), ("#/components/1/sku", "sku-unknown")]


def test_a_recipe_of_the_same_day_is_replaced_and_one_of_another_stands_beside_it(given):
    for sku in ("SET", "A", "B"):
        given.item(sku)
    keep_recipes([recipe("SET", ("A", 1)), recipe("SET", ("A", 2), ("B", 1)), recipe("SET", ("B", 4), from_on=date(2027, 1, 1))], by="ann")
    assert list(Component.objects.order_by("from_on", "item__sku").values_list("item__sku", "quantity")) == [("A", 2), ("B", 1), ("B", 4)]
    assert [(c.from_on, c.sku, c.quantity) for c in reads.item("SET").recipes] == [(TODAY, "A", 2), (TODAY, "B", 1), (date(2027, 1, 1), "B", 4)]


def test_the_same_key_keeps_a_recipe_once(given):
    for sku in ("SET", "A"):
        given.item(sku)
    first = keep_recipes([recipe("SET", ("A", 1))], by="ann", key="k1")
    assert keep_recipes([recipe("SET", ("A", 1))], by="ann", key="k1") == first and len(given.told("RecipeKept")) == 1

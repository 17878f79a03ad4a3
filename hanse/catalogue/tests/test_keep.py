"""Keeping items: added, changed or kept; GTINs checked and used once; said in words."""

from decimal import Decimal

import pytest

from hanse.catalogue.article import Article, PackGiven
from hanse.catalogue.keep import KeepItem, Known, decide, keep_items
from hanse.catalogue.models import Item, Pack
from hanse.journal.models import Event
from hanse.kernel.refused import Refused

BEARING = Article("BRG-6204", "Bearing 6204", gtin="4006381333931", price=Decimal("10.00"))
KNOWN = Known({"BRG-6204": BEARING}, {"04006381333931": "BRG-6204"})


@pytest.mark.parametrize("ask, told", [
    (KeepItem("BRG-6205"), "BRG-6205 added: BRG-6205"),
    (KeepItem("BRG-6204"), "BRG-6204 is so already"),
    (KeepItem("BRG-6204", price=Decimal("10.0000")), "BRG-6204 is so already"),
    (KeepItem("BRG-6204", price=Decimal("11")), "BRG-6204 changed: price 10.00 → 11"),
    (KeepItem("BRG-6204", gtin=""), "BRG-6204 changed: gtin 4006381333931 → None"),
    (KeepItem("X", gtin="4006381333932"), "4006381333932 is no GTIN: the check digit should be 1."),
    (KeepItem("X", gtin="400638133393"), "400638133393 is no GTIN: the check digit should be 0."),
    (KeepItem("X", gtin="94006381333934"), "94006381333934 is no GTIN: indicator 9 is for variable measure."),
    (KeepItem("X", gtin="04006381333931"), "GTIN 04006381333931 belongs to BRG-6204."),
    (KeepItem("X", currency="EUX"), "EUX is no ISO 4217 currency."),
    (KeepItem("X", packs=(PackGiven("case", 12), PackGiven("case", 24))), "Two packs have the same name."),
    (KeepItem("X", packs=(PackGiven("single", 1),)), "factor of single must be between 2 and 1000000000; it is 1."),
    (KeepItem("BRG-6204", rotation="upright", bears="nothing", ships_alone=True), "BRG-6204 changed: rotation any → upright, bears anything → nothing, ships alone False → True"),
    (KeepItem("BRG-6204", goods_class="food", hazard_class="3", temperature_class="chilled"), "BRG-6204 changed: goods class  → food, hazard class  → 3, temperature class  → chilled"),
    (KeepItem("BRG-6204", tracking="lot"), "The tracking of BRG-6204 stays none. Add a new SKU."),
])
def test_an_item_is_added_changed_kept_or_refused(ask, told):
    [answer], _ = decide([ask], KNOWN)
    assert answer.said() == told


def test_all_findings_come_at_once_and_point_to_their_field():
    [no], changed = decide([KeepItem("X", gtin="1", currency="EUX", origin="xx")], KNOWN)
    assert [e.pointer for e in no.errors] == ["#/gtin", "#/currency", "#/origin"]
    assert not changed


def test_later_asks_of_a_batch_see_earlier_ones():
    answers, changed = decide([
        KeepItem("A", gtin="96385074"), KeepItem("B", gtin="96385074"), KeepItem("A", name="Nut"), KeepItem("A", name="Nut"),
    ], Known({}, {}))
    assert [a.said() for a in answers] == ["A added: A", "GTIN 96385074 belongs to A.", "A changed: name A → Nut", "A is so already"]
    assert changed == {"A": Article("A", "Nut", gtin="96385074")}


def test_a_pack_may_not_carry_the_gtin_of_its_item():
    [no], _ = decide([KeepItem("A", gtin="96385074", packs=(PackGiven("case", 12, "00000096385074"),))], Known({}, {}))
    assert isinstance(no, Refused) and no.code == "gtin-used"


def test_items_are_kept_with_their_packs(given):
    case, pallet = PackGiven("case", 12, "14006381333938", weight_g=1300), PackGiven("pallet", 960)
    keep_items([KeepItem("BRG", "Bearing", gtin="4006381333931", price=Decimal("4.20"), packs=(pallet, case))], by="ann")
    keep_items([KeepItem("BRG", packs=(case,)), KeepItem("NUT", "Nut", tracking="lot", shelf_life_days=90)], by="ann")
    item = Item.objects.get(sku="BRG")
    assert (item.price, item.gtin, item.stock_unit, item.currency) == (Decimal("4.20"), "4006381333931", "piece", "EUR")
    assert [(p.name, p.factor, p.gtin) for p in item.packs.all()] == [("case", 12, "14006381333938")]
    assert Item.objects.get(sku="NUT").shelf_life_days == 90
    assert [type(e).__name__ for e in given.told("ItemAdded", "ItemChanged")] == ["ItemAdded", "ItemChanged", "ItemAdded"]


def test_the_same_items_twice_change_nothing(given):
    asks = [KeepItem("A", "Nut", price=Decimal("1.5"), packs=(PackGiven("case", 5),)), KeepItem("B", gtin="96385074")]
    keep_items(asks, by="ann")
    told = Event.objects.count()
    assert [a.said() for a in keep_items(asks, by="ann")] == ["A is so already", "B is so already"]
    assert Event.objects.count() == told and Pack.objects.count() == 1


def test_the_same_key_gets_the_same_answer(given):
    first = keep_items([KeepItem("A", price=Decimal("1.5"))], by="ann", key="k-1")
    assert keep_items([KeepItem("A", price=Decimal("1.5"))], by="ann", key="k-1") == first
    assert [a.said() for a in first] == ["A added: A"]


def test_a_refusal_stops_only_itself(given):
    answers = keep_items([KeepItem("A"), KeepItem("B", gtin="1"), KeepItem("C")], by="ann")
    assert [type(a).__name__ for a in answers] == ["ItemAdded", "Refused", "ItemAdded"]
    assert sorted(Item.objects.values_list("sku", flat=True)) == ["A", "C"]


@pytest.mark.parametrize("count", [1, 100, 1000])
def test_statements_do_not_grow_with_the_batch(given, django_assert_max_num_queries, count):
    asks = [KeepItem(f"S-{n}", f"Item {n}", price=Decimal(n), packs=(PackGiven("case", 12),)) for n in range(count)]
    with django_assert_max_num_queries(10):
        assert len(keep_items(asks, by="ann")) == count
    assert Pack.objects.count() == count

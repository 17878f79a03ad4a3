"""Promises: what placing an order would bring, told beforehand and kept, or said what is otherwise."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import given as any_of
from hypothesis import strategies as st

from hanse.catalogue.models import Component, Item
from hanse.inventory.expect import Expect, expect
from hanse.inventory.models import Stock
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.network.keep_surcharges import KeepSurcharge, keep_surcharges
from hanse.network.keep_transit_counts import KeepTransitCount, Took, keep_transit_counts
from hanse.network.models import Lane, Site
from hanse.orders.events import OrderPlaced, PlacedLine
from hanse.orders.expecting import changed, expected_by, line_day, mark
from hanse.orders.models import Allocation, Line, Order, Peg
from hanse.orders.place import Place, PlaceLine, place
from hanse.orders.promise_reads import Promise, promise
from hanse.partners.addresses import AddressGiven
from hanse.partners.keep import KeepParty, keep_parties
from hanse.partners.models import Party
from hanse.transport.tests.selling import services
from tests.given import MONDAY, Given, statements

TUESDAY, WEDNESDAY, FRIDAY = date(2026, 11, 17), date(2026, 11, 18), date(2026, 11, 20)
ORDER = Place("REUTER", (PlaceLine("BRG-6204", 5),))
PLACED = OrderPlaced(
    "H-1", "REUTER", "", "", "EUR", Decimal(50), Decimal(0), Decimal(0), Decimal(50), 1, None, None,
    (PlacedLine(1, 1, "BRG-6204", 5, Decimal(10), Decimal(0), Decimal(50), Decimal(0), Decimal(0), Decimal(0)),), MONDAY)  # fmt: skip
FROM_HAM = {1: [("site HAM", 5)]}


@pytest.fixture(autouse=True)
def monday(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: MONDAY)


@pytest.mark.parametrize("quoted, now, total, sources, said", [
    (TUESDAY, TUESDAY, 50, FROM_HAM, ""),
    (TUESDAY, date(2026, 11, 16), 49, FROM_HAM, ""),
    (TUESDAY, WEDNESDAY, 50, FROM_HAM, "there on 2026-11-18 instead of 2026-11-17"),
    (TUESDAY, None, 50, {1: [("site HAM", 3), ("", 2)]}, "no date yet instead of 2026-11-17"),
    (TUESDAY, TUESDAY, 60, FROM_HAM, "60.00 EUR instead of 50.00"),
    (TUESDAY, WEDNESDAY, 60, FROM_HAM, "there on 2026-11-18 instead of 2026-11-17, 60.00 EUR instead of 50.00"),
    (TUESDAY, TUESDAY, 50, {1: [("site LEI", 5)]}, "units come from elsewhere, no later"),
    (None, None, 50, FROM_HAM, ""),
    (None, FRIDAY, 50, FROM_HAM, ""),
])
def test_what_is_later_or_dearer_than_promised_or_from_elsewhere_is_said(quoted, now, total, sources, said):
    assert changed(mark(quoted, PLACED, FROM_HAM), now, replace(PLACED, total=Decimal(total)), sources) == said


@pytest.mark.parametrize("wrong", ["x", "2026-11-17_50", "2026-02-30_50_0123456789abcdef", "2026-11-17_50_0123456789ABCDEF", "open__0123456789abcdef"])
def test_what_is_no_mark_is_refused(given, wrong):
    company(given)
    assert expected_by(wrong) is None
    [no] = place([replace(ORDER, expect=wrong)], by="ann")
    assert isinstance(no, Refused) and [e.pointer for e in no.errors] == ["#/expect"]


@pytest.mark.parametrize("asked, arrivals, day", [
    (None, [TUESDAY, WEDNESDAY], WEDNESDAY),
    (None, [TUESDAY, None], None),
    (None, [], None),
    (FRIDAY, [TUESDAY], FRIDAY),
    (TUESDAY, [WEDNESDAY], WEDNESDAY),
])
def test_a_line_has_a_day_when_all_its_units_have(asked, arrivals, day):
    assert line_day(asked, arrivals, MONDAY.date()) == day


def company(given, stock=10, **fields):
    item, site = given.item(tax_rate=Decimal(0)), given.site()
    given.customer(**fields)
    if stock:
        given.stocked(item, site, stock)
    return item, site


def promised(order=ORDER) -> Promise:
    found = promise(order, MONDAY)
    assert isinstance(found, Promise), found
    return found


def placed(order=ORDER):
    [made] = place([order], by="ann")
    return made


def test_a_promise_says_where_units_come_from_when_and_why_and_reserves_nothing(given):
    item, _ = company(given)
    far = given.site("MUC", lanes={"DE": 3})
    given.stocked(item, far, 50)
    found = promised()
    assert (found.promised_on, found.total, found.currency) == (TUESDAY, Decimal("50.00"), "EUR")
    [line] = found.lines
    [part] = line.parts
    assert (part.site, part.units, part.supply, part.ready_on, part.transit_days, part.arrives_on) == ("HAM", 5, "", date(2026, 11, 16), 1, TUESDAY)
    assert part.leaves_at == datetime.fromisoformat("2026-11-16T16:00:00+01:00")
    assert [(w.site, w.transit_days, w.cost, w.currency, w.arrives_on, w.out) for w in found.ways] == [
        ("HAM", 1, Decimal("5.0000"), "EUR", TUESDAY, ""), ("MUC", 3, Decimal("5.0000"), "EUR", date(2026, 11, 19), "a better site has all")]
    assert not Order.objects.exists() and Stock.objects.filter(reserved__gt=0).count() == 0 and given.told("OrderPlaced") == []


def test_placing_right_after_brings_exactly_what_was_promised(given):
    company(given, 3)
    expect([Expect("PO-7", "HAM", "BRG-6204", 10, date(2026, 11, 23))], by="ann")
    found = promised()
    assert found.promised_on == date(2026, 11, 24), "two units wait for Monday's supply"
    assert [(p.units, p.supply, p.arrives_on) for p in found.lines[0].parts] == [(3, "", TUESDAY), (2, "PO-7", date(2026, 11, 24))]
    made = placed(replace(ORDER, expect=found.mark))
    assert made.promise_changed == "" and "otherwise" not in made.said()
    assert Allocation.objects.get().reserved == 3 and Peg.objects.get().quantity == 2


def test_what_has_changed_since_stands_in_the_answer_and_in_the_journal(given):
    company(given, 7)
    found = promised()
    placed()
    made = placed(replace(ORDER, expect=found.mark))
    assert made.promise_changed == "no date yet instead of 2026-11-17"
    assert made.said().endswith("otherwise than promised: no date yet instead of 2026-11-17")
    assert [fact.promise_changed for fact in given.told("OrderPlaced")] == ["", made.promise_changed]
    Item.objects.update(price=Decimal(12))
    assert placed(replace(ORDER, expect=found.mark)).promise_changed.endswith("60.00 EUR instead of 50.00")


def test_an_order_that_reserves_later_has_no_date_yet(given):
    company(given)
    assert placed(replace(ORDER, expect=promised().mark, reserve="later")).promise_changed == "no date yet instead of 2026-11-17"


def test_the_same_request_with_the_same_key_hears_the_same(given):
    company(given, 5)
    ask = replace(ORDER, expect=promised().mark)
    placed()
    first, again = place([ask], by="ann", key="k"), place([ask], by="ann", key="k")
    assert first == again and first[0].promise_changed and Order.objects.count() == 2


def test_an_order_without_a_mark_is_placed_with_no_more_statements(given):
    company(given)
    ask = replace(ORDER, expect=promised().mark)
    with statements() as plain:
        placed()
    with statements() as expecting:
        placed(ask)
    assert len(expecting) == len(plain), "what is reserved from stock is compared without asking again"


def test_receivers_take_in_on_their_days_and_not_on_holidays(given):
    company(given)
    Lane.objects.update(days=1, transit_on=[0, 1, 2, 3, 4, 5])
    friday = MONDAY + timedelta(days=4)
    assert promise(ORDER, friday).promised_on == date(2026, 11, 21), "the carrier drives on Saturday"
    keep_parties([KeepParty("REUTER", receives_on=(0, 1, 2, 3, 4))], by="ann")
    found = promise(ORDER, friday)
    assert (found.promised_on, found.receives_on) == (date(2026, 11, 23), [0, 1, 2, 3, 4])
    assert promise(ORDER, datetime.fromisoformat("2026-12-24T09:00:00+01:00")).promised_on == date(2026, 12, 28), "Christmas and a weekend"
    vienna = replace(ORDER, ship_to=AddressGiven("AT", street="Ring 1", postcode="1010", city="Wien"))
    Lane.objects.create(site=Site.objects.get(), country="AT", days=1)
    assert promise(vienna, datetime.fromisoformat("2026-12-07T09:00:00+01:00")).promised_on == date(2026, 12, 9), "8 December is a holiday in Austria"


def test_an_order_is_promised_by_the_days_of_carrier_and_receiver(given, monkeypatch):
    company(given, receives_on=[1, 3])
    made = placed(replace(ORDER, expect=promised().mark))
    assert made.promise_changed == "" and Line.objects.get().promised_on == TUESDAY
    Party.objects.update(receives_on=[3])
    placed()
    assert Line.objects.last().promised_on == date(2026, 11, 19)


def test_the_lane_of_the_region_counts_and_all_that_fit_are_shown_with_their_price(given):
    _, site = company(given)
    Lane.objects.create(site=site, country="DE", region="MV", days=2, cost=Decimal("3.50"), carrier="ELBE")
    order = replace(ORDER, ship_to=AddressGiven("DE", street="Kabutzenhof 21", postcode="18057", city="Rostock", region="MV"))
    found = promised(order)
    assert [(w.carrier, w.transit_days, w.cost, w.taken) for w in found.ways] == [("", 1, Decimal("5.0000"), False), ("ELBE", 2, Decimal("3.5000"), True)]
    assert found.promised_on == WEDNESDAY and placed(replace(order, expect=found.mark)).promise_changed == ""


@pytest.mark.parametrize("turned", [1, -1])
def test_orders_to_several_countries_placed_together_are_each_promised_by_their_own_lane(given, turned):
    """Found by living a world with other plans of the database: in a batch the lane that was read first counted for all."""
    _, site = company(given, 500)
    for country, days in (("AT", 4), ("DK", 2), ("NL", 3)):
        Lane.objects.create(site=site, country=country, days=days, cost=Decimal(days))
        given.customer(country, country)
    asks = [Place(code, (PlaceLine("BRG-6204", 5),)) for code in ("AT", "DK", "REUTER", "NL")][::turned]
    told = {p.customer: [a.promised_on for a in Allocation.objects.filter(order_id=int(p.order[2:]))] for p in place(asks, by="ann")}
    assert told == {a.customer: [promise(a, MONDAY).promised_on] for a in asks}
    assert told == {"REUTER": [TUESDAY], "DK": [WEDNESDAY], "NL": [date(2026, 11, 19)], "AT": [FRIDAY]}


def test_what_can_be_promised_of_an_item_is_shown_over_time(given):
    company(given, 5)
    for ref, units, days in (("PO-1", 4, 7), ("PO-2", 30, 14)):
        expect([Expect(ref, "HAM", "BRG-6204", units, MONDAY.date() + timedelta(days=days))], by="ann")
    placed(replace(ORDER, lines=(PlaceLine("BRG-6204", 6),)))
    [material] = promised(replace(ORDER, lines=(PlaceLine("BRG-6204", 12),))).material
    assert [(a.on, a.discrete, a.units) for a in material.available] == [(date(2026, 11, 16), 0, 0), (date(2026, 11, 23), 3, 3), (date(2026, 11, 30), 30, 33)]
    assert (material.whole_on, material.parts) == (date(2026, 11, 30), [(date(2026, 11, 23), 3), (date(2026, 11, 30), 9)])


def test_what_nobody_has_and_nothing_brings_has_no_day_and_says_why(given):
    company(given, 2)
    given.site("NOR", lanes={"NO": 1})
    found = promised()
    assert found.promised_on is None and found.mark.startswith("open_")
    assert [(p.units, p.site, p.arrives_on) for p in found.lines[0].parts] == [(2, "HAM", TUESDAY), (3, "", None)]
    assert {code: out for code, *_, out in found.why["candidates"]} == {"HAM": "", "NOR": "no lane to DE"}
    assert placed(replace(ORDER, expect=found.mark)).promise_changed == ""


def test_kits_are_promised_whole(given):
    company(given)
    kit = given.item("KIT", "25.00")
    for sku, units, stock in (("SHAFT", 1, 3), ("BOLT", 4, 9)):
        part = given.item(sku, "2.00")
        given.stocked(part, Site.objects.get(), stock)
        Component.objects.create(kit=kit, item=part, quantity=units, from_on=date(2026, 1, 1))
    order = replace(ORDER, lines=(PlaceLine("KIT", 3),))
    found = promised(order)
    assert [(x.sku, x.kit, [p.units for p in x.parts if p.site]) for x in found.lines] == [("SHAFT", 1, [2]), ("BOLT", 1, [8])]
    made = placed(replace(order, expect=found.mark))
    assert made.promise_changed == "" and [x.reserved for x in Line.objects.order_by("id")] == [2, 8]


def test_all_that_is_wrong_with_an_order_is_said_before_anything_is_promised(given):
    company(given)
    no = promise(Place("NOBODY", (PlaceLine("GONE", 1), PlaceLine("BRG-6204", 1))), MONDAY)
    assert isinstance(no, Refused) and [e.pointer for e in no.errors] == ["#/customer", "#/lines/0/sku"]


units = st.integers(0, 6)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@any_of(stock=st.lists(units, min_size=4, max_size=4), coming=st.lists(units, min_size=2, max_size=2), wanted=st.lists(st.integers(1, 8), min_size=1, max_size=3), days=st.lists(st.integers(0, 4), min_size=2, max_size=2),
        receives=st.sampled_from([[], [0, 1, 2, 3, 4], [2], [5, 6]]), transit=st.sampled_from([[], [0, 1, 2, 3, 4, 5]]), before=st.integers(0, 5))
def test_whatever_there_is_placing_brings_what_was_promised(db, monday, stock, coming, wanted, days, receives, transit, before):
    with transaction.atomic():
        given = Given()
        items = [given.item(sku) for sku in ("A", "B")]
        sites = [given.site(code, lanes={"DE": n}) for code, n in zip(("HAM", "LEI"), days, strict=True)]
        Lane.objects.update(transit_on=transit)
        given.customer(receives_on=receives)
        for n, (item, site) in enumerate((i, s) for i in items for s in sites):
            if stock[n]:
                given.stocked(item, site, stock[n])
        expect([Expect("PO", site.code, "A", n, date(2026, 11, 20 + n)) for site, n in zip(sites, coming, strict=True) if n], by="ann")
        if before:
            given.order(("A", before))
        order = Place("REUTER", tuple(PlaceLine("AB"[n % 2], quantity) for n, quantity in enumerate(wanted)))
        found = promised(order)
        made = placed(replace(order, expect=found.mark))
        assert made.promise_changed == ""
        lines = Line.objects.filter(order_id=int(made.order[2:])).order_by("position")
        for line, told in zip(lines, found.lines, strict=True):
            assert line.reserved == sum(p.units for p in told.parts if p.site and not p.supply)
            if told.promised_on and line.reserved in (0, line.ordered):
                assert line.promised_on == told.promised_on
        transaction.set_rollback(True)


BODY = {"customer": "REUTER", "lines": [{"sku": "BRG-6204", "quantity": 5}]}


def test_the_api_promises_without_a_key_and_places_on_the_mark(given, caller):
    company(given)
    desk = caller("order desk")
    answer = desk.client.post("/api/v1/promises", BODY, content_type="application/json", HTTP_AUTHORIZATION=f"Bearer {desk.token}")
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["promised_on"], told["lines"][0]["parts"][0]["site"]) == ("2026-11-17", "HAM") and not Order.objects.exists()
    made = desk.post("/orders", BODY | {"expect": told["mark"]})
    assert made.status_code == 201 and made.json()["promise_changed"] == ""
    assert desk.post("/promises", BODY | {"customer": "NOBODY"}).json()["code"] == "party-unknown"
    assert caller("read").post("/promises", BODY).json()["code"] == "not-granted"


def test_an_order_on_hold_for_fraud_is_told_to_have_no_date(given):
    company(given, screened=True)
    order = replace(ORDER, lines=(PlaceLine("BRG-6204", 10, unit_price=Decimal(500)),), ship_to=AddressGiven("DE", street="Am Kai 1", postcode="20457", city="Hamburg"))
    assert placed(replace(order, expect=promised(order).mark)).promise_changed == "no date yet instead of 2026-11-17"
    assert Order.objects.get().holds == ["fraud"] and not Allocation.objects.exists()


def test_a_promise_names_the_services_with_their_price_and_the_cheapest_that_keeps_the_day(given):
    services()
    company(given)
    assert [(s.site, s.service, s.arrives_on, s.price, s.keeps, s.cheapest) for s in promised(ORDER).services] == [
        ("HAM", "STANDARD", WEDNESDAY, Decimal("4.90"), False, False), ("HAM", "EXPRESS", TUESDAY, Decimal("9.90"), True, True)]
    later = promised(replace(ORDER, requested_on=FRIDAY, promised_on=FRIDAY))
    assert [(s.service, s.cheapest) for s in later.services] == [("STANDARD", True), ("EXPRESS", False)]


def test_a_promise_says_what_its_prices_take_for_granted_of_the_address(given):
    services(), company(given)
    keep_surcharges([KeepSurcharge("UPS", "EXPRESS", "residential", date(2026, 1, 1), amount=Decimal(3), home=True)], by="ann")
    home = AddressGiven("DE", street="Am Hafen 1", postcode="18057", city="Rostock", home=True)
    assert [[(s.price, s.note) for s in promised(order).services] for order in (ORDER, replace(ORDER, ship_to=home))] == [
        [(Decimal("4.90"), ""), (Decimal("9.90"), "without residential: nobody said that it is a home")], [(Decimal("4.90"), ""), (Decimal("12.90"), "with residential, for it is a home")]]


def test_what_parcels_took_says_how_likely_a_service_keeps_the_day(given):
    services()
    company(given)
    keep_transit_counts([KeepTransitCount("HAM", "DE", "UPS", "STANDARD", (Took(1, 36), Took(2, 4))), KeepTransitCount("HAM", "DE", "UPS", "EXPRESS", (Took(1, 3), Took(2, 1)))], by="ann")
    assert [(s.service, s.arrives_on, s.probability, s.parcels, s.cheapest) for s in promised(ORDER).services] == [
        ("STANDARD", TUESDAY, Decimal("0.9000"), 40, True), ("EXPRESS", TUESDAY, Decimal("0.3006"), 4, False)]


def test_a_service_is_not_priced_where_a_weight_is_not_known_or_too_heavy_and_none_is_asked_where_none_is_kept(given):
    company(given)
    with statements() as sent:
        assert promised(ORDER).services == []
    asked = len(sent)
    services()
    Item.objects.update(weight_g=None)
    assert {(s.price, s.out) for s in promised(ORDER).services} == {(None, "the weight of BRG-6204 is not known")}
    Item.objects.update(weight_g=20_000)
    with statements() as sent:
        told = {s.service: (s.price, s.out) for s in promised(ORDER).services}
    assert told == {"STANDARD": (Decimal("99.60"), ""), "EXPRESS": (Decimal("119.60"), "")} and len(sent) == asked + 1

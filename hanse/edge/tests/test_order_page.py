"""Pages over all areas: one order, Today, exceptions and search; and the order as the API gives it."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from hanse.billing.invoice import Invoice, invoice
from hanse.edge import allocated, attention, parcels
from hanse.edge.order import ParcelView
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.tests.floor import packed, released
from hanse.orders.change import Change, change
from hanse.orders.hold import Hold, hold
from hanse.orders.models import ChangeRequest, Order
from hanse.partners.addresses import AddressGiven
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.tests.road import on_its_way

ROLES = ["order desk", "warehouse", "transport", "finance", "admin", "read-only"]
KINDS = list(attention.KINDS)
TODAY = date(2026, 11, 16)


def company(given, stock=20):
    item, site = given.item(), given.site()
    given.customer(name="Reuter Antriebe AG")
    given.stocked(item, site, stock)


def reader(given, *roles):
    client = Client()
    client.force_login(User.objects.get(pk=given.user("-".join(roles) or "nobody", *roles).pk))
    return client


def text(page):
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


# -- one order ------------------------------------------------------------------------------------------------------------


def test_an_order_is_told_from_allocation_to_invoice(given):
    told = on_its_way(given)
    record_proof([RecordProof("1Z-7", receiver="J. Lindholm")], by="ann")
    invoice([Invoice(told.order)], by="ann")
    page = reader(given, "order desk").get(f"/orders/{told.order}")
    said = text(page)
    for words in ("Delivered", "5 of 5 units", "Why HAM", "has 5 of 5", "1Z-7", "J. Lindholm", "INV-2026-000001", "1 invoice, none paid", "left HAM with"):
        assert words in said, words


def given_at():
    return datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("path, status", [("/orders/H-100001x", 404), ("/orders/H-7", 404), ("/orders/nonsense", 404)])
def test_an_order_that_is_not_there_has_no_page(given, path, status):
    assert reader(given, "order desk").get(path).status_code == status
    assert Client().get(path).status_code == 302


def test_the_page_of_an_order_costs_a_handful_of_statements(given, django_assert_max_num_queries):
    told = on_its_way(given)
    desk = reader(given, "order desk")
    with django_assert_max_num_queries(20):
        desk.get(f"/orders/{told.order}")


def test_a_part_of_the_page_is_drawn_again_when_the_order_changed(given):
    company(given)
    number = given.order(("BRG-6204", 3))
    part = reader(given, "order desk").get(f"/orders/{number}", HTTP_HX_REQUEST="true").content.decode()
    assert part.startswith('<div id="order"') and 'hx-swap-oob="true"' in part and "<html" not in part


def test_units_without_a_site_are_looked_for_again_and_released(given):
    company(given, stock=2)
    number = given.order(("BRG-6204", 5))
    desk = reader(given, "order desk")
    assert "nothing is on its way" in text(desk.get(f"/orders/{number}"))
    desk.post(f"/orders/{number}/allocate", {"key": "k1"})
    assert "3 BRG-6204 wait for supply" in text(desk.get(f"/orders/{number}"))
    desk.post(f"/orders/{number}/release", {"key": "k2"})
    assert "Released at HAM: 2 units" in text(desk.get(f"/orders/{number}"))


def test_the_api_gives_an_order_with_parcels_and_invoices(given, caller):
    told = on_its_way(given)
    invoice([Invoice(told.order)], by="ann")
    found = caller("read").get(f"/orders/{told.order}").json()
    assert (found["number"], found["status"], found["lines"][0]["shipped"]) == (told.order, "shipped", 5)
    assert [(p["tracking"], p["contents"][0]["quantity"]) for p in found["parcels"]] == [("1Z-7", 5)]
    assert found["invoices"][0]["invoice"] == "INV-2026-000001" and found["holds"] == []
    assert caller("read").get("/orders/H-1").status_code == 404


# -- what is pure ---------------------------------------------------------------------------------------------------------


def parcel(**fields):
    usual = dict.fromkeys(ParcelView.__dataclass_fields__) | {
        "carton": "340123450000000018", "site": "HAM", "site_name": "Hamburg", "packed_at": given_at(), "state": "packed", "return_state": "",
        "doubt": "", "receiver": "", "label_outdated": False, "contents": [], "together": [],
    }
    return ParcelView(**(usual | fields))


@pytest.mark.parametrize("fields, stages", [
    ({}, ["packed", "ahead"]),
    ({"handed_over_at": given_at(), "carrier_name": "Elbe"}, ["packed", "shipped", "ahead"]),
    ({"handed_over_at": given_at(), "carrier_name": "Elbe", "delivered_at": given_at() + timedelta(days=1), "state": "delivered"}, ["packed", "delivered"]),
])
def test_a_parcel_is_solid_where_it_was_and_dashed_where_it_is_expected(fields, stages):
    drawn = parcels.timeline([parcel(**fields)], "Europe/Berlin", TODAY + timedelta(days=2), given_at() + timedelta(hours=5))
    assert [span["stage"] for span in drawn["spans"]] == stages
    assert drawn["promised"] == ["2026-11-17T23:00:00Z", "2026-11-18T23:00:00Z"]


def test_why_tells_the_winner_first_and_what_left_the_others_out():
    why = {"policy": "fewest splits", "winner": ["LEI"], "runner_up": "ROT", "wanted": 12, "candidates": [
        ["HAM", "2026-11-20", "14.20", 240, 4, "covers 4 of 12"], ["ROT", "2026-11-20", "18.40", 610, 12, "a better site has all"],
        ["LEI", "2026-11-20", "14.20", 180, 12, ""]]}
    assert [(c.code, c.said) for c in allocated.explained(why)["candidates"]] == [
        ("LEI", "180 km, has 12 of 12"), ("ROT", "610 km, runner-up"), ("HAM", "240 km, left out: covers 4 of 12")]


@pytest.mark.parametrize("since, words", [(timedelta(minutes=12), "12 min"), (timedelta(hours=3), "3 h"), (timedelta(days=3), "3 d"), (None, "")])
def test_how_long_something_waits_is_said_shortly(since, words):
    assert attention.waits(since and given_at() - since, given_at()) == words


# -- today and exceptions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_today_and_exceptions_are_drawn_for_every_role(given, role):
    company(given, stock=4)
    hold([Hold(given.order(("BRG-6204", 3)), "credit", "over the limit")], by="ann")
    given.order(("BRG-6204", 30))
    client = reader(given, role)
    for path in ("/", "/exceptions", "/exceptions?kind=hold", "/exceptions?kind=nonsense", "/search"):
        assert client.get(path).status_code == 200
        assert Client().get(path).status_code == 302


def test_the_queue_names_what_needs_a_person_and_why(given):
    company(given, stock=10)
    held = given.order(("BRG-6204", 2))
    hold([Hold(held, "credit", "4,210.00 over the limit")], by="ann")
    labelled = given.order(("BRG-6204", 3))
    packed(labelled)
    change([Change(labelled, ship_to=AddressGiven("DE", street="Am Kai 1", postcode="18057", city="Rostock"), fallback="intercept")], by="ann")
    ChangeRequest.objects.update(answer_by=datetime(2026, 11, 16, tzinfo=UTC))
    short = given.order(("BRG-6204", 5))
    pick([Pick(t.task, t.quantity - 2, "bin empty") for t in released(short)], by="ann")
    starved = given.order(("BRG-6204", 40))
    late = given.order(("BRG-6204", 1))
    Order.objects.filter(pk=int(late[2:])).update(promised_on=TODAY - timedelta(days=3))
    found = {(need.kind, need.order): attention.why(need, TODAY) for need in attention.needs(KINDS, TODAY)}
    assert found["hold", held] == "4,210.00 over the limit"
    assert found["change", labelled] == "HAM is asked to label anew; no answer in time"
    assert found["short", short] == "2 of 5 BRG-6204 missing in A-01"
    assert found["supply", starved].endswith("BRG-6204 without a site")
    assert "still here" in found["late", late]
    assert attention.count(KINDS, TODAY) == len(found)
    said = text(reader(given, "order desk").get("/exceptions"))
    assert "Short pick, no stock elsewhere" in said and "Credit hold" in said and "Release or keep…" in said
    floor = text(reader(given, "warehouse").get("/"))
    assert "Short pick" in floor and "4,210.00" not in floor


def test_a_count_leads_to_the_orders_it_counts(given):
    company(given, stock=4)
    given.order(("BRG-6204", 3)), given.order(("BRG-6204", 9))
    desk = reader(given, "order desk")
    page = desk.get("/").content.decode()
    tiles = re.findall(r'class="panel tile" href="([^"]+)".*?class="big">([\d,]+)<', page)
    assert len(tiles) == 5
    for url, count in tiles:
        if "view=" in url and "backordered" not in url:
            assert len(re.findall("data-row=", desk.get(url.replace("&amp;", "&")).content.decode())) == int(count), url


# -- search ---------------------------------------------------------------------------------------------------------------


def test_search_jumps_to_what_is_meant_and_lists_the_rest(given):
    told = on_its_way(given)
    given.customer("NORD", name="Nordbahn"), given.customer("NORDSEE", name="Nordsee")
    other = given.order(("BRG-6204", 1), customer="NORD", ref="PO 88121")
    desk = reader(given, "order desk")
    for q, url in ((told.order, f"/orders/{told.order}"), (told.order[2:], f"/orders/{told.order}"), ("1Z-7", f"/orders/{told.order}"), ("PO 88121", f"/orders/{other}"),
                   ("NORD", "/customers/NORD")):
        assert desk.get("/search", {"q": q}).url == url, q
    assert {"Nordbahn", "Nordsee"} <= set(text(desk.get("/search", {"q": "nor"})).split())
    assert "Close to it" in text(desk.get("/search", {"q": "PO 88199"})) and "Nothing matches" in text(desk.get("/search", {"q": "zzz%"}))


def test_the_page_says_by_when_each_site_has_to_do_what(given):
    company(given)
    number = given.order(("BRG-6204", 4))
    said = text(reader(given, "order desk").get(f"/orders/{number}"))
    assert re.search(r"At the latest: release .*? → pick .*? → pack .*? → hand over ", said)
    packed(number)
    assert "At the latest: release" not in (said := text(reader(given, "order desk").get(f"/orders/{number}"))) and "At the latest: hand over" in said

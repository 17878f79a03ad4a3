"""The stock pages: what they show, who may book, and that nothing is booked before it was looked at."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.test import Client

from hanse.inventory import page_reads
from hanse.inventory.demand import Demand
from hanse.inventory.expect import Expect, expect
from hanse.inventory.models import Count, Movement
from hanse.inventory.pages import _ahead, _backwards

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)


def window(given, name="tomasz", role="warehouse"):
    client = Client()
    client.force_login(given.user(name, role))
    return client


@pytest.fixture
def bearings(given):
    """100 bearings in a bin at HAM, 60 more expected, 12 reserved for an order."""
    item, site = given.item("BRG-6204", name="Deep groove bearing"), given.site()
    given.stocked(item, site, 100)
    given.customer()
    given.order(("BRG-6204", 12))
    expect([Expect("4471", "HAM", "BRG-6204", 60, date(2026, 11, 26))], by="ann")
    return item


def test_the_level_is_reckoned_back_from_what_there_is_now():
    ago = [NOW - timedelta(days=3), NOW - timedelta(days=1)]
    points = [level for _, level in _backwards([(ago[0], 40), (ago[1], -15)], 25, NOW)]
    assert points == [0, 40, 25, 25]


def test_ahead_promises_leave_and_inbound_arrives_and_what_is_overdue_counts_from_tomorrow():
    wanted = Demand(leaving=((date(2026, 11, 10), 5), (date(2026, 11, 20), 10)))
    coming = [page_reads.InboundRow("4471", "HAM", "HAM", "", 30, date(2026, 11, 18))]
    assert _ahead(20, wanted, coming, NOW)[1:-1] == [["2026-11-17", 15], ["2026-11-18", 45], ["2026-11-20", 35]]


def test_the_list_shows_what_is_there_whose_it_is_and_what_comes(given, bearings):
    page = window(given).get("/stock").content.decode()
    [row] = [part for part in page.split("<tr ") if 'data-row="BRG-6204"' in part]
    assert [figure in row for figure in (">100<", ">12<", ">88<", ">60 ")] == [True] * 4


@pytest.mark.parametrize("view, q, shown", [
    ("", "", True), ("in-stock", "", True), ("sold-out", "", False), ("inbound", "", True), ("", "groove", True), ("", "100%", False), ("", "belt", False),
])
def test_views_and_search_find_items(given, bearings, view, q, shown):
    assert ("BRG-6204" in window(given).get("/stock", {"view": view, "q": q}).content.decode()) is shown


def test_paging_goes_by_sku_and_back(given):
    for n in range(page_reads.ROWS + 5):
        given.item(f"X-{n:03}")
    client = window(given)
    first = client.get("/stock").content.decode()
    assert "X-039" in first and "X-040" not in first and "after=X-039" in first
    later = client.get("/stock", {"after": "X-039"}).content.decode()
    assert "X-040" in later and "X-044" in later and "before=X-040" in later
    assert "X-000" in client.get("/stock", {"before": "X-040"}).content.decode()


def test_an_item_has_its_figures_its_curve_and_its_movements_with_the_balance_after(given, bearings):
    page = window(given).get("/stock/BRG-6204").content.decode()
    assert "100 − 12" in page and "60 on 26 Nov" in page and "for 1 order<" in page
    assert '"name": "Reserved"' in unescape(page) and "Supplier" in page and "+100" in page
    assert window(given).get("/stock/NOTHING").status_code == 404


def test_movements_page_on_with_the_balance_carried_over(given, bearings):
    for _ in range(12):
        given.stocked(bearings, bearings_site(), 1)
    first = page_reads.movements(bearings.pk, 112, rows=5)
    then = page_reads.movements(bearings.pk, first[-1].on_hand - first[-1].change, before=first[-1].id, rows=20)
    assert [m.on_hand for m in first] == [112, 111, 110, 109, 108] and then[0].on_hand == 107 and then[-1].on_hand == 100


def bearings_site():
    from hanse.network.models import Site

    return Site.objects.get(code="HAM")


def test_a_count_is_looked_at_first_and_booked_once(given, bearings):
    client, address = window(given), "/stock-book/count/BRG-6204"
    form = {"site": "HAM", "bin": "A-01", "counted": "97", "reason": "cycle count", "key": "k1"}
    looked = client.post(address, form).content.decode()
    assert "Book 97 in A-01" in looked and ">88<" in looked and ">85<" in looked and not Count.objects.exists()
    for _ in range(2):
        assert client.post(address, form | {"book": "1", "key": "k2"}).status_code == 302
    assert Count.objects.count() == 1 and given.stock()["bin"] == 97


def test_findings_stand_under_their_fields_with_what_was_typed(given, bearings):
    answer = window(given).post("/stock-book/move/BRG-6204", {"site": "HAM", "from_bin": "A-01", "to_bin": "Z-99", "quantity": "5", "key": "k1"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "Site HAM has no bin Z-99." in page and 'value="Z-99"' in page
    assert "Give a whole number" in window(given).post("/stock-book/receive/BRG-6204", {"site": "HAM", "quantity": "1.5"}).content.decode()


@pytest.mark.parametrize("what, form, button", [
    ("move", {"from_bin": "A-01", "to_bin": "B-02", "quantity": "30"}, "Move 30 units"),
    ("receive", {"bin": "A-01", "quantity": "20", "inbound": "4471"}, "Receive 20 units"),
    ("quarantine", {"bin": "A-01", "quantity": "4", "reason": "seal torn"}, "Quarantine 4 units"),
])
def test_what_is_booked_by_hand_is_a_movement(given, bearings, what, form, button):
    from hanse.network.models import Bin

    Bin.objects.create(site=bearings_site(), code="B-02")
    client, before = window(given), Movement.objects.count()
    given_form = {"site": "HAM", "key": "k1"} | form
    assert button in client.post(f"/stock-book/{what}/BRG-6204", given_form).content.decode()
    assert client.post(f"/stock-book/{what}/BRG-6204", given_form | {"book": "1"}).status_code == 302
    assert Movement.objects.count() == before + 1


LABEL = "]C10104006381333931"


@pytest.mark.parametrize("tracking, read, told", [
    ("lot", LABEL + "1726113010L-7\x1d", {"lot": "L-7", "expires_on": "2026-11-30"}),
    ("lot", LABEL + "1026-A\x1d1125022815270200", {"lot": "26-A", "made_on": "2025-02-28", "expires_on": "2027-02-28"}),
    ("serial", LABEL + "21SN-3", {"serials": "SN-1\nSN-3"}),
])
def test_a_label_fills_in_lot_dates_and_serial_at_receiving_and_keeps_what_was_typed(given, tracking, read, told):
    given.site(), given.item(tracking=tracking, gtin="4006381333931")
    page = window(given).post("/stock-book/receive/BRG-6204", {"site": "HAM", "quantity": "3", "serials": "SN-1", "read": read}).content.decode()
    for name, value in ({"quantity": "3", "read": ""} | told).items():
        assert f'name="{name}">{value}<' in page or re.search(f'name="{name}" value="{value}"', page), name


@pytest.mark.parametrize("read, said", [
    ("010061414112345210L-7", "This label is of another item (00614141123452). Nothing was filled in."), ("4006381333931", "No GS1 label of an item was read."), ("A-01", "No GS1 label of an item was read."),
])
def test_a_label_of_another_item_and_what_is_none_fill_in_nothing(given, read, said):
    given.site(), given.item(tracking="lot", gtin="4006381333931")
    page = unescape(window(given).post("/stock-book/receive/BRG-6204", {"site": "HAM", "lot": "L-1", "read": read}).content.decode())
    assert said in page and 'value="L-1"' in page and "L-7" not in page


@pytest.mark.parametrize("role", ["order desk", "read-only"])
def test_who_may_only_look_sees_no_buttons_and_books_nothing(given, bearings, role):
    client = window(given, "ina", role)
    assert "Count…" not in client.get("/stock/BRG-6204").content.decode()
    answer = client.post("/stock-book/count/BRG-6204", {"site": "HAM", "bin": "A-01", "counted": "1", "reason": "x", "book": "1", "key": "k1"})
    assert answer.status_code == 409 and "Ask an admin for a role that may." in answer.content.decode() and given.stock()["bin"] == 100


@pytest.mark.parametrize("address", ["/stock", "/stock/BRG-6204", "/stock-book/count/BRG-6204"])
def test_pages_ask_for_a_sign_in(given, address):
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("address, part", [("/stock", "items"), ("/stock/BRG-6204", "item"), ("/stock/BRG-6204?part=movements&site=HAM", "movements")])
def test_a_page_draws_only_what_changed_again(given, bearings, address, part):
    page = window(given).get(address.format(bearings=bearings), headers={"HX-Request": "true"}).content.decode()
    assert f'id="{part}"' in page and "<html" not in page

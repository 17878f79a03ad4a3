"""The pages of orders: the board, the forms, what many orders are told together, and who may."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from hanse.orders.board import wanted
from hanse.orders.hold import Hold, hold
from hanse.orders.models import Line, Order
from hanse.orders.reads import order
from hanse.web.models import SavedView


def company(given, stock=20):
    """A customer, a site with bearings and some belts."""
    item, belt, site = given.item(), given.item("BLT-A42", price="4.50"), given.site()
    given.customer(name="Reuter Antriebe AG")
    given.stocked(item, site, stock)
    given.stocked(belt, site, 5)


def reader(given, *roles):
    """A signed-in client of these roles."""
    client = Client()
    client.force_login(User.objects.get(pk=given.user("-".join(roles) or "nobody", *roles).pk))
    return client


def fresh(answer):
    """The key in a page's form."""
    return re.search(r'name="key" value="(\w+)"', answer.content.decode()).group(1)


# -- reading --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/orders", "/orders?view=all", "/orders?view=due&sort=newest", "/orders?site=HAM&status=allocated&placed_from=2026-01-01", "/customers", "/customers/REUTER"])
def test_pages_are_drawn_for_whoever_is_signed_in_and_for_nobody_else(given, path):
    company(given)
    given.order(("BRG-6204", 3), ref="PO 1")
    assert reader(given, "read-only").get(path).status_code == 200
    assert Client().get(path).status_code == 302


def test_a_row_tells_how_far_it_is_and_what_needs_a_person(given):
    company(given)
    number = given.order(("BRG-6204", 25), ref="PO 88121")
    hold([Hold(number, "credit", "over the limit")], by="ann")
    said = reader(given, "order desk").get("/orders").content.decode()
    assert "PO 88121" in said and "20 of 25 allocated" in said and "Credit hold" in said
    assert "25 ordered, 20 allocated, 0 picked, 0 packed, 0 shipped, 0 delivered, 5 waiting for supply" in said


def test_the_board_asks_as_many_statements_for_many_orders_as_for_one(given, django_assert_max_num_queries):
    company(given)
    desk = reader(given, "order desk")
    for n in range(12):
        given.order(("BRG-6204", 1), ref=f"PO {n}")
    with django_assert_max_num_queries(12):
        desk.get("/orders")


def test_pages_follow_each_other_by_key_in_both_directions(given):
    company(given, stock=200)
    numbers = [given.order(("BRG-6204", 1)) for _ in range(45)]
    desk = reader(given, "order desk")

    def shown(path):
        page = desk.get(path).content.decode()
        links = dict(re.findall(r'rel="(prev|next)" href="([^"]+)"', page))
        return re.findall(r'data-row="(H-\d+)"', page), {rel: url.replace("&amp;", "&") for rel, url in links.items()}

    first, links = shown("/orders")
    assert first == numbers[:20] and "prev" not in links
    second, links = shown(links["next"])
    assert second == numbers[20:40]
    third, last = shown(links["next"])
    assert third == numbers[40:] and "next" not in last
    assert shown(last["prev"])[0] == second
    again, links = shown(shown(links["prev"])[1].get("prev", links["prev"]))
    assert again == first and "prev" not in links


def test_an_address_of_the_board_is_read_and_what_cannot_be_read_is_told(given):
    company(given)
    want = wanted({"view": "nonsense", "site": " HAM ", "placed_from": "31 Nov", "rows": "100", "after": "x"})
    assert (want.view, want.filters, want.rows) == ("open", {"site": "HAM"}, 100)
    assert want.query(site="") == "rows=100" and want.query(view="late") == "view=late&rows=100&site=HAM"
    assert "is no day" in reader(given, "order desk").get("/orders?placed_from=31+Nov&after=x").content.decode()


@pytest.mark.parametrize("path", [
    "/orders?q=%00&customer=%25&sku=%27&after=9999-12-31.999999999999999999", "/orders?placed_to=9999-12-31&placed_from=0001-01-01", "/orders?before=.1&rows=-5&view[]=x",
    "/search?q=%00", "/search?q=" + "9" * 500, "/customers?q=%25&after=%00&before=%00", "/orders/new?customer=%00", "/orders/new/items?sku=%00%25",
])
def test_hostile_addresses_are_read_or_left_out(given, path):
    company(given)
    given.order(("BRG-6204", 1))
    assert reader(given, "order desk").get(path).status_code == 200


@pytest.mark.parametrize("path", ["/customers/%00", "/orders/%00", "/orders/H-%F0%9F%98%80", "/orders/H-1/change", "/orders/H-99999999999999999999"])
def test_what_is_not_there_is_not_found(given, path):
    assert reader(given, "order desk").get(path).status_code == 404


def test_a_view_is_kept_and_forgotten(given):
    company(given)
    desk = reader(given, "order desk")
    desk.post("/orders/views?view=late&site=HAM", {"name": "Hamburg, late"})
    [view] = SavedView.objects.all()
    assert (view.name, view.query) == ("Hamburg, late", "view=late&site=HAM")
    assert "Hamburg, late" in desk.get("/orders").content.decode()
    desk.post("/orders/views", {"name": "Hamburg, late", "forget": "1"})
    assert not SavedView.objects.exists()


# -- acting ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role, allowed", [("order desk", 200), ("admin", 200), ("warehouse", 403), ("read-only", 403)])
def test_forms_open_for_roles_that_may(given, role, allowed):
    company(given)
    number = given.order(("BRG-6204", 3))
    client = reader(given, role)
    paths = ["/orders/new", f"/orders/{number}/change", f"/orders/{number}/cancel"]
    assert [client.get(path).status_code for path in paths] == [allowed] * 3
    assert client.post("/orders/hold", {"chosen": [number], "type": "credit", "key": "k"}).status_code == (302 if allowed == 200 else 403)
    seen = client.get(f"/orders/{number}").content.decode()
    assert ("Change…" in seen) == (allowed == 200)


def test_an_order_is_placed_once_however_often_its_form_arrives(given):
    company(given)
    desk = reader(given, "order desk")
    form = {"customer": "REUTER", "ref": "PO 9", "ship_to_code": "main", "sku": ["BRG-6204", "BLT-A42", ""], "quantity": ["3", "2", ""],
            "unit_price": ["", "4.00", ""], "key": fresh(desk.get("/orders/new"))}
    first, again = desk.post("/orders/new", form), desk.post("/orders/new", form)
    assert first.status_code == 302 and first.url == again.url
    assert [(line.ordered, line.unit_price) for line in Line.objects.order_by("position")] == [(3, 10), (2, 4)]


def test_all_that_is_wrong_with_an_order_comes_back_at_its_fields(given):
    company(given)
    desk = reader(given, "order desk")
    form = {"customer": "REUTER", "ship_to_code": "main", "sku": ["GONE", "BRG-6204"], "quantity": ["1", "many"], "unit_price": ["", ""], "key": "k1"}
    page = desk.post("/orders/new", form)
    assert page.status_code == 422 and "Give a whole number" in page.content.decode() and 'value="many"' in page.content.decode()
    page = desk.post("/orders/new", form | {"customer": "NOBODY", "quantity": ["1", "2"], "key": "k2"})
    assert "There is no party NOBODY." in page.content.decode() and "GONE cannot be sold" in page.content.decode()
    assert not Order.objects.exists()


def test_what_a_new_order_brings_is_told_and_nothing_is_kept(given):
    company(given, stock=2)
    form = {"customer": "REUTER", "ship_to_code": "main", "sku": "BRG-6204", "quantity": "3", "unit_price": ""}
    told = reader(given, "order desk").post("/orders/new/preview", form).content.decode()
    assert "2 from HAM, 1 wait for supply" in told and "Tue 17 Nov" in told and "30.00 €" in told
    assert not Order.objects.exists()


def test_a_change_is_previewed_accepted_as_previewed_and_refused_when_the_world_moved(given):
    company(given)
    number = given.order(("BRG-6204", 4))
    desk = reader(given, "order desk")
    form = {"line-1": "6", "sku": "", "quantity": "", "unit_price": "", "reason": "called"}
    page = desk.post(f"/orders/{number}/change", form).content.decode()
    assert "4 from HAM" in page and "6 from HAM" in page and "40.00 €" in page and "60.00 €" in page
    assert order(number).ordered == 4
    mark = re.search(r'name="accept" value="(\w+)"', page).group(1)
    stale = desk.post(f"/orders/{number}/change", form | {"accept": "0" * 16, "key": "k1"})
    assert "Preview is out of date" in stale.content.decode() and order(number).ordered == 4
    assert desk.post(f"/orders/{number}/change", form | {"accept": mark, "key": "k2"}).status_code == 302
    assert order(number).ordered == 6


def test_that_an_address_is_a_home_is_said_with_the_order_and_changed_as_its_street(given):
    company(given)
    desk, form = reader(given, "order desk"), {"sku": "", "quantity": "", "unit_price": "", "reason": "called"}
    new = {"customer": "REUTER", "sku": "BRG-6204", "quantity": "1", "unit_price": "", "name": "", "region": "", "ship_to_code": "-", "street": "Am Hafen 1", "postcode": "18057", "city": "Rostock", "country": "DE", "home": "yes", "key": "k0"}
    assert desk.post("/orders/new", new).status_code == 302
    [number] = [f"H-{o.pk}" for o in Order.objects.all()]
    assert order(number).ship_to["home"] is True and "DE; a home" in desk.get(f"/orders/{number}").content.decode()
    page = desk.get(f"/orders/{number}/change").content.decode()
    assert '<option value="yes" selected>' in page
    address = {name: order(number).ship_to[name] for name in ("name", "street", "postcode", "city", "region", "country")}
    assert "The change asks for what already is." in desk.post(f"/orders/{number}/change", form | address | {"home": "yes"}).content.decode()
    assert "18057 Rostock, DE, no home" in desk.post(f"/orders/{number}/change", form | address | {"home": "no"}).content.decode()


def test_units_are_cancelled_after_a_preview_and_those_a_site_works_on_are_asked_for(given):
    from hanse.fulfilment.tests.floor import packed

    company(given)
    number = given.order(("BRG-6204", 8))
    packed(number)
    desk = reader(given, "order desk")
    assert "for 8 the site is asked" in desk.get(f"/orders/{number}/cancel").content.decode()
    page = desk.post(f"/orders/{number}/cancel", {"line-1": "9", "fallback": "return"}).content.decode()
    assert "8 of the 8 units are already packed. 8 can still be cancelled or stopped." in page
    page = desk.post(f"/orders/{number}/cancel", {"line-1": "3", "fallback": "return"}).content.decode()
    assert "Ask to stop 3" in page and "HAM asked to stop 3 BRG-6204 by 16.11. 16:00; if it cannot, it comes back on arrival" in page
    assert desk.post(f"/orders/{number}/cancel", {"line-1": "3", "fallback": "return", "sure": "1", "key": "k0"}).status_code == 302
    page = desk.get(f"/orders/{number}").content.decode()
    assert order(number).cancelled == 0 and "Asked of sites" in page and "Stop 3 BRG-6204" in page
    other = given.order(("BRG-6204", 12))
    page = desk.post(f"/orders/{other}/cancel", {"line-1": "4", "reason": "too many"}).content.decode()
    assert "Cancel 4 units" in page and "12 from HAM" in page and "8 from HAM" in page
    assert desk.post(f"/orders/{other}/cancel", {"line-1": "4", "reason": "too many", "sure": "1", "key": "k1"}).status_code == 302
    assert order(other).cancelled == 4


def test_many_orders_are_told_one_by_one_what_was_done_and_what_was_left(given):
    company(given)
    held, free = given.order(("BRG-6204", 2)), given.order(("BRG-6204", 3))
    hold([Hold(held, "credit", "over the limit")], by="ann")
    floor = reader(given, "admin")
    floor.post("/orders/release", {"chosen": [held, free], "key": "k1"})
    page = floor.get("/orders").content.decode()
    assert "1 of 2 released to the floor." in page and "is on credit hold. Release the hold first." in page
    assert "1 of 2 released" not in floor.get("/orders").content.decode()
    floor.post("/orders/release-hold", {"chosen": [held, free], "key": "k2"})
    page = floor.get("/orders").content.decode()
    assert "1 of 2 holds released." in page and "It is on no hold." in page
    floor.post("/orders/cancel", {"chosen": [held], "sure": "1", "key": "k3"})
    assert order(held).status == "cancelled"


def test_a_form_without_its_key_is_not_taken(given):
    company(given)
    number = given.order(("BRG-6204", 2))
    assert reader(given, "order desk").post("/orders/hold", {"chosen": [number], "type": "credit"}).status_code == 400
    assert order(number).holds == []

"""Kits and substitutes at the desk: the order's page, its forms, and the API."""

import re

import pytest

from hanse.catalogue.keep_recipes import ComponentGiven, KeepRecipe, keep_recipes
from hanse.catalogue.keep_substitutes import KeepSubstitute, keep_substitutes
from hanse.fulfilment.papers import packing_slip
from hanse.fulfilment.tests.floor import packed
from hanse.orders.models import Line
from hanse.orders.reads import items_like, order

from .test_pages import fresh, reader


@pytest.fixture
def shop(given):
    """A set of one A and three B; of A alone too few lie there, and C may stand in."""
    site = given.site()
    given.customer()
    given.item("SET", "10.00", name="Service set")
    a, b, c = given.item("A", "6.00"), given.item("B", "2.00"), given.item("C", "5.00")
    keep_recipes([KeepRecipe("SET", (ComponentGiven("A", 1), ComponentGiven("B", 3)))], by="ann")
    keep_substitutes([KeepSubstitute("A", "C")], by="ann")
    for item, units in ((a, 3), (b, 10), (c, 5)):
        given.stocked(item, site, units)
    return given


def said(page) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def test_a_kit_stands_on_the_page_of_its_order_with_its_components_under_it(shop):
    number = shop.order(("A", 1), ("SET", 2))
    page = said(reader(shop, "order desk").get(f"/orders/{number}"))
    assert page.index(" SET ") < page.index("1 to a kit") < page.index("3 to a kit") and "Service set" in page


def test_of_a_kit_so_many_are_free_as_its_components_make(shop):
    assert items_like("SET") == [("SET", "Service set, 10 EUR, 3 free")]


def test_kits_are_changed_and_cancelled_at_their_position(shop):
    number, desk = shop.order(("SET", 3)), reader(shop, "order desk")
    form = desk.get(f"/orders/{number}/change").content.decode()
    assert 'name="line-1" value="3"' in form and 'name="line-2"' not in form
    seen = desk.post(f"/orders/{number}/change", {"line-1": "2"})
    assert "SET from 3 to 2" in said(seen)
    accept = re.search(r'name="accept" value="(\w+)"', seen.content.decode()).group(1)
    desk.post(f"/orders/{number}/change", {"line-1": "2", "accept": accept, "key": fresh(seen)})
    assert "cancelled alone it breaks its kit" in said(desk.get(f"/orders/{number}/cancel"))
    seen = desk.post(f"/orders/{number}/cancel", {"line-1": "1"})
    assert "1 of SET" in said(seen)
    desk.post(f"/orders/{number}/cancel", {"line-1": "1", "sure": "1", "key": fresh(seen)})
    assert [(k.ordered, k.cancelled) for k in order(number).kits] == [(3, 2)]


def test_a_packing_slip_names_the_kit_before_its_components(shop):
    pdfium = pytest.importorskip("pypdfium2")
    number = shop.order(("SET", 2))
    packed(number)
    words = pdfium.PdfDocument(packing_slip(order=int(number[2:])))[0].get_textpage().get_text_range()
    assert words.index("SET, kit of") < words.index("A") and "Service set" in words


def test_a_substitute_is_offered_previewed_and_done_with_consent(shop):
    number, desk = shop.order(("A", 5)), reader(shop, "order desk")
    assert "Substitute…" in said(desk.get(f"/orders/{number}"))
    path = f"/orders/{number}/substitute"
    assert "the customer must agree" in said(desk.get(path))
    form = {"choice": "1:C", "quantity": "2", "agreed_by": "", "agreed_how": "", "reason": ""}
    no = desk.post(path, form)
    assert no.status_code == 422 and "say who agreed, and how" in said(no)
    form |= {"agreed_by": "J. Lindholm", "agreed_how": "phone"}
    seen = desk.post(path, form)
    assert "2 A replaced by 2 C" in said(seen) and Line.objects.count() == 1
    accept = re.search(r'name="accept" value="(\w+)"', seen.content.decode()).group(1)
    desk.post(path, form | {"accept": accept, "key": fresh(seen)})
    assert [(x.sku, x.substitute_of) for x in order(number).lines] == [("A", None), ("C", 1)]
    assert "for line 1" in said(desk.get(f"/orders/{number}")) and "Nothing may stand in now" in said(desk.get(path))
    assert reader(shop, "read-only").get(path).status_code == 403


def test_the_api_takes_a_kit_like_any_item_and_tells_it_apart(shop, caller):
    desk, admin = caller("order desk"), caller("admin")
    made = desk.post("/orders", {"customer": "REUTER", "lines": [{"sku": "SET", "quantity": 2}]}).json()
    assert [(k["position"], k["sku"], k["quantity"]) for k in made["kits"]] == [(1, "SET", 2)]
    seen = desk.get(f"/orders/{made['order']}").json()
    assert [(k["sku"], k["reserved"]) for k in seen["kits"]] == [("SET", 2)] and [x["kit"] for x in seen["lines"]] == [1, 1]
    kept = admin.post("/items/recipes/batch", [{"kit": "SET", "components": [{"sku": "A", "quantity": 2}]}]).json()
    assert kept[0]["told"] == "RecipeKept" and desk.get("/items/SET").json()["recipes"][0]["quantity"] == 2
    no = admin.post("/items/recipes/batch", [{"kit": "A", "components": [{"sku": "SET"}]}]).json()
    assert no[0]["refused"] == "kit-of-kits"


def test_the_api_proposes_previews_and_does_a_substitution(shop, caller):
    desk = caller("order desk")
    number = shop.order(("A", 5))
    [it] = desk.get(f"/orders/{number}/substitutes").json()
    assert (it["by"], it["waiting"], it["free"]) == ("C", 2, 5)
    ask = {"line": 1, "by": "C", "quantity": 2, "agreed_by": "J. Lindholm", "agreed_how": "phone"}
    seen = desk.post(f"/orders/{number}/substitute", ask | {"preview": True}).json()
    done = desk.post(f"/orders/{number}/substitute", ask | {"accept": seen["after"]["mark"]}).json()
    assert done["told"] == "UnitsSubstituted" and done["net"] == "10.00"
    assert desk.post(f"/orders/{number}/substitute", ask).json()["code"] == "not-waiting"

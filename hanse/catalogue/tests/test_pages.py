"""The page of an item's parts and substitutes: a recipe and an approved list, kept by who may."""

import re

import pytest
from django.test import Client

from hanse.catalogue import reads


@pytest.fixture
def items(given):
    for sku in ("SET", "A", "B"):
        given.item(sku)
    return given


def reader(given, *roles):
    client = Client()
    client.force_login(given.user("-".join(roles), *roles))
    return client


def post(client, form: str, **typed):
    page = client.get("/items/SET/parts").content.decode()
    key = re.search(r'name="key" value="(\w+)"', page).group(1)
    return client.post("/items/SET/parts", {"form": form, "key": key, **typed}, follow=True)


def test_a_recipe_is_kept_and_shown(items):
    admin = reader(items, "admin")
    page = post(admin, "recipe", sku=["A", "B", ""], quantity=["1", "3", ""], from_on="")
    assert "SET is made of 1 A, 3 B from 2026-11-16 on." in page.content.decode()
    assert [(c.sku, c.quantity) for c in reads.item("SET").recipes] == [("A", 1), ("B", 3)]


def test_what_is_wrong_with_a_recipe_stands_at_its_row_and_what_was_typed_is_kept(items):
    admin = reader(items, "admin")
    page = post(admin, "recipe", sku=["A", "GONE"], quantity=["x", "2"], from_on="")
    assert page.status_code == 422 and "Give a whole number" in page.content.decode() and 'value="GONE"' in page.content.decode()
    page = post(admin, "recipe", sku=["A", "GONE"], quantity=["1", "2"], from_on="")
    assert "There is no item GONE." in page.content.decode()
    assert "Name at least one component." in post(admin, "recipe", sku=[""], quantity=[""], from_on="").content.decode()


def test_a_substitute_is_approved_and_shown(items):
    admin = reader(items, "admin")
    page = post(admin, "substitute", by="B", per="2", units="3", price_rule="original", from_on="", until_on="", both_ways="on")
    assert "2 SET may be replaced by 3 B from 2026-11-16 on." in page.content.decode()
    [s] = reads.item("SET").substitutes
    assert (s.sku, s.per, s.units, s.price_rule, s.consent) == ("B", 2, 3, "original", False) and len(reads.item("B").substitutes) == 1
    assert "There is no item X." in post(admin, "substitute", by="X", per="1", units="1", price_rule="lower", from_on="", until_on="").content.decode()


def test_who_may_not_keep_items_looks_only(items):
    desk = reader(items, "order desk")
    page = desk.get("/items/SET/parts")
    assert page.status_code == 200 and b"<h2>A recipe</h2>" not in page.content
    assert desk.post("/items/SET/parts", {"form": "recipe", "key": "k", "sku": ["A"], "quantity": ["1"]}).status_code in (403, 422)
    assert desk.get("/items/GONE/parts").status_code == 404

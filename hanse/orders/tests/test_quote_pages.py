"""The pages of quotes and recurring orders."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client

from hanse.orders.jobs import place_recurring
from hanse.orders.models import Occurrence, Order, Quote, Recurring
from hanse.partners.addresses import AddressGiven


@pytest.fixture
def desk(given):
    given.stocked(given.item(), given.site(), 50)
    given.customer()
    client = Client()
    client.force_login(User.objects.get(pk=given.user("ina", "order desk").pk))
    return client


FORM = {"customer": "REUTER", "ship_to_code": "main", "sku": "BRG-6204", "quantity": "4", "unit_price": ""}


def test_a_quote_is_made_from_the_form_of_an_order_and_accepted_on_its_page(desk):
    assert "No quotes yet" in desk.get("/orders/quotes").content.decode()
    assert "Say until when" in desk.post("/orders/quotes/new", FORM | {"key": "a"}).content.decode()
    assert "has passed" in desk.post("/orders/quotes/new", FORM | {"key": "b", "valid_until": "2026-01-01"}).content.decode()
    made = desk.post("/orders/quotes/new", FORM | {"key": "c", "valid_until": "2026-11-30"})
    quote = Quote.objects.get()
    assert made.url == f"/orders/quotes/{quote}" and f"Place {quote} as an order" in desk.get(made.url).content.decode()
    accepted = desk.post(made.url, {"key": "d", "ref": "PO 1"})
    assert accepted.url == f"/orders/{Order.objects.get()}"
    assert "Accepted" in desk.get(made.url).content.decode() and str(Order.objects.get()) in desk.get("/orders/quotes").content.decode()
    assert desk.get("/orders/quotes/Q-0").status_code == 404


def test_an_order_is_repeated_paused_and_a_day_that_failed_is_placed(desk, given):
    number = given.order(("BRG-6204", 2))
    assert "Repeat…" in desk.get(f"/orders/{number}").content.decode()
    page = f"/orders/{number}/repeat"
    assert "Each week" in desk.get(page).content.decode()
    bad = desk.post(page, {"key": "a", "rule": "-", "other": "FREQ=HOURLY", "starts_on": "2026-11-16", "ship_to": "main"})
    assert bad.status_code == 422 and "A rule begins with FREQ" in bad.content.decode()
    assert desk.post(page, {"key": "b", "rule": "FREQ=WEEKLY", "ship_to": "main"}).status_code == 422
    started = desk.post(page, {"key": "c", "rule": "FREQ=WEEKLY", "starts_on": "2026-11-16", "ship_to": "main", "skip_holidays": "true"})
    it = Recurring.objects.get()
    assert started.url == f"/orders/recurring/{it}" and it.skip_holidays
    assert "No day has come yet" in desk.get(started.url).content.decode() and "Each week" in desk.get("/orders/recurring").content.decode()
    desk.post(started.url, {"key": "d", "pause": "1"})
    assert "Resume" in desk.get(started.url).content.decode()
    desk.post(started.url, {"key": "e", "resume": "1"})
    Occurrence.objects.create(recurring=it, day="2026-11-09", outcome="failed", trouble="no stock", at=it.started_at)
    assert "Place it now" in desk.get(started.url).content.decode()
    desk.post(started.url, {"key": "f", "on": "2026-11-09"})
    assert Occurrence.objects.get().outcome == "placed" and Order.objects.count() == 2


def test_an_order_is_repeated_to_where_it_went_whatever_has_become_of_its_address_since(desk, given):
    """Empty means: where this order went. A code means the place that bears it by then."""
    there = AddressGiven("DE", street="Lange Straße 1", postcode="18055", city="Rostock", latitude=Decimal("54.08"), longitude=Decimal("12.13"))
    number = given.order(("BRG-6204", 2), ship_to=there)
    page, form = f"/orders/{number}/repeat", {"rule": "FREQ=WEEKLY", "starts_on": "2026-11-16"}
    desk.post(page, form | {"key": "a", "ship_to": ""}), desk.post(page, form | {"key": "b", "ship_to": "main"})
    assert place_recurring() == 2
    went, again, main = Order.objects.order_by("id")
    assert again.ship_to.street == went.ship_to.street == "Lange Straße 1" and again.ship_to.latitude == went.ship_to.latitude
    assert main.ship_to.street == "Kabutzenhof 21"

"""Backorders in a real browser: simulate a run, look, do it; note a customer's answer; on the desk and on a phone."""

from datetime import UTC, datetime, timedelta

import pytest

from hanse.inventory.expect import Expect, expect
from hanse.orders.follow_supply import FollowSupply, follow_supply
from hanse.orders.models import Order
from hanse.orders.place import Place, PlaceLine, place
from tests.browser import DESK, PHONE, browser_test, chromium, draws, house, signed_in, text_of  # noqa: F401

pytestmark = browser_test


def order(customer, units):
    [placed] = place([Place(customer, (PlaceLine("BRG-6204", units),))], by="ann")
    return placed.order


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_desk_deals_out_what_there_is_and_notes_who_agreed_to_a_later_day(lasting, signed_in, size):  # noqa: F811
    item, site = lasting.item(name="Ball bearing 6204, sealed"), lasting.site()
    lasting.customer("LOW", name="Lowentrop Handel", backorder_rule="redistribute", consent_days=2)
    lasting.customer("BIG", name="Bigler Maschinenbau AG", backorder_rule="win")
    lasting.stocked(item, site, 6)
    order("LOW", 6)
    order("BIG", 4)
    due = datetime.now(UTC).date() + timedelta(days=9)
    expect([Expect("PO-4711", "HAM", "BRG-6204", 10, due)], by="ann")
    follow_supply([FollowSupply("BRG-6204")], by="ann")
    page = signed_in("ina", "order desk", size)
    draws(page, "/backorders")
    page.click("text=BRG-6204")
    page.click("text=Simulate a run")
    text_of(page, ".main", "What a run would do")
    page.click("text=Do the run")
    text_of(page, ".main", "lines that gain 1, that lose 1")
    assert {o.customer.code: o.reserved - o.freed for o in Order.objects.all()} == {"LOW": 2, "BIG": 4}

    expect([Expect("PO-4711", "HAM", "BRG-6204", due_on=due + timedelta(days=20))], by="ann")
    follow_supply([FollowSupply("BRG-6204")], by="ann")
    draws(page, "/exceptions?kind=consent")
    page.click("text=Note the answer")
    page.select_option("[name=answer]", "agreed")
    page.fill("[name=agreed_by]", "Ms Lowentrop")
    page.click("button:has-text('Note the answer')")
    text_of(page, ".main", "Ms Lowentrop agreed")

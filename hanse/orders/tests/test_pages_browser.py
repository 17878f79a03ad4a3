"""The desk's pages in a real browser: an order from its taking to its cancelling, and the board by keys."""

from hanse.orders.models import Order
from hanse.orders.tests.test_pages import company
from tests.browser import PHONE, browser_test, chromium, draws, house, signed_in, text_of  # noqa: F401

pytestmark = browser_test


def test_the_order_desk_takes_an_order_changes_holds_releases_and_cancels_it(lasting, signed_in):  # noqa: F811
    company(lasting)
    page = signed_in("ina", "order desk")
    draws(page, "/orders/new")
    page.fill("[name=customer]", "reut")
    page.wait_for_selector("#customers option[value=REUTER]", state="attached")
    page.fill("[name=customer]", "REUTER")
    page.fill("[name=ref]", "PO 88121")
    page.fill("[name=sku] >> nth=0", "BRG-6204")
    page.fill("[name=quantity] >> nth=0", "12")
    page.press("[name=quantity] >> nth=0", "Tab")
    text_of(page, "#foreseen", "12 from HAM")
    text_of(page, "#foreseen", "120.00 €")
    page.click("text=Place the order")
    page.wait_for_selector("#order")
    [number] = [f"H-{o.pk}" for o in Order.objects.all()]
    assert page.url.endswith(number) and "12 of 12 units" in page.inner_text("#order")
    page.click("text=Why HAM")
    assert "has 12 of 12" in page.inner_text("#why-HAM")

    page.click("text=Change…")
    page.fill("[name=line-1]", "15")
    page.click("text=Preview the change")
    assert "15 from HAM" in page.inner_text(".before-after")
    page.click(f"text=Change {number}")
    text_of(page, ".main", "BRG-6204 from 12 to 15")

    page.click("text=Hold…")
    page.select_option("[name=type]", "customer")
    page.fill("[name=reason]", "wants to ask her colleague")
    page.click(f"button:has-text('Hold {number}')")
    text_of(page, "#badges", "Customer hold")
    page.click("text=Release hold…")
    page.click("text=Release the customer hold")
    text_of(page, ".main", "Customer hold released")

    page.click("text=Cancel units…")
    page.fill("[name=line-1]", "5")
    page.click("text=Preview the cancellation")
    page.click("text=Cancel 5 units")
    text_of(page, ".main", "Cancelled: 5 BRG-6204")

    draws(page, "/orders")
    for key in "jx":
        page.keyboard.press(key)
    assert "1 orders chosen" in page.inner_text("[data-chosen]")
    page.click("button:has-text('Release to floor')")
    text_of(page, ".main", "1 of 1 released to the floor.")


def test_a_credit_hold_tells_the_desk_who_releases_it(lasting, signed_in):  # noqa: F811
    company(lasting)
    number = lasting.order(("BRG-6204", 2))
    page = signed_in("ina", "order desk")
    draws(page, f"/orders/{number}/hold")
    page.select_option("[name=type]", "credit")
    page.click(f"button:has-text('Hold {number}')")
    text_of(page, "#badges", "Credit hold")
    draws(page, f"/orders/{number}/hold")
    text_of(page, ".main", "It is released by finance")
    assert not page.query_selector("text=Release the credit hold")


def test_the_pages_need_no_sideways_scrolling_on_a_phone(lasting, signed_in):  # noqa: F811
    company(lasting)
    number = lasting.order(("BRG-6204", 25), ref="PO 88121 of the long reference that somebody gave")
    page = signed_in("ina", "order desk", PHONE)
    for path in ("/", "/orders", f"/orders/{number}", f"/orders/{number}/change", f"/orders/{number}/cancel", f"/orders/{number}/hold",
                 "/orders/new", "/exceptions", "/customers", "/customers/REUTER", "/search?q=nothing"):
        draws(page, path)

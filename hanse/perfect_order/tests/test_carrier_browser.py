"""The carrier pages in a real browser, on the desk and on a phone: a drift is seen, a bar opens its parcels, nothing is wider than the window."""

from datetime import timedelta

import pytest

from hanse.kernel import clock
from hanse.perfect_order.tests.carried import Load, carried
from tests.browser import DESK, PHONE, browser_test, chromium, draws, house, signed_in, text_of  # noqa: F401

pytestmark = browser_test


def season(given) -> None:
    """Thirteen weeks: UPS gets worse from HAM, its late hours from LEI are mostly our own; FEDEX goes the same lanes, USPS one of them with few."""
    monday = clock.now().date() - timedelta(days=clock.now().weekday())
    loads = []
    for week in range(13):
        due_on = monday - timedelta(weeks=13 - week) + timedelta(days=2)
        loads += [Load("UPS", "HAM", due_on, 60, 9 if week > 8 else 2, hours={"carrier": 40, "shipping": 6}), Load("UPS", "LEI", due_on, 30, 2, hours={"warehouse": 30, "carrier": 9}),
                  Load("FEDEX", "HAM", due_on, 40, 1), Load("FEDEX", "LEI", due_on, 40, 1, hours={"consignee": 20})]
    loads.append(Load("USPS", "LEI", monday - timedelta(days=4), 11, 2))
    carried(given, loads, {"HAM": 1, "LEI": 3})


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_drift_is_seen_and_a_bar_opens_its_parcels(lasting, signed_in, size):  # noqa: F811
    season(lasting)
    page = signed_in("jonas", "transport", size)
    draws(page, "/carriers")
    text_of(page, ".main", "Too few to say")
    page.click("a:text-is('UPS')")
    text_of(page, ".heading", "Drift on HAM → DE")
    text_of(page, ".main", "Worse than others")
    page.wait_for_selector("#weeks svg path", state="attached")
    assert page.locator("#transit >> text=takes 1 working day at the 90th percentile, planned 3").count() == 1
    draws(page, page.url.replace(page.evaluate("location.origin"), ""))
    page.click("#weeks button:text-is('Table')")
    page.wait_for_selector("#weeks .chart-table td")
    page.click(".score a:has-text('On time, own hours only')")
    text_of(page, ".main", "its own hours")
    draws(page, page.url.replace(page.evaluate("location.origin"), ""))

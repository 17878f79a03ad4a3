"""The driver's phone in a real browser: without an account, signed by hand, kept without a line and booked once."""

from hanse.transport.driver_pages import Round, link_of
from hanse.transport.models import Parcel, Proof
from tests.browser import PHONE, browser_test, chromium, house, scan, sent, text_of  # noqa: F401

from .road import on_its_way

pytestmark = browser_test


def test_a_parcel_is_scanned_signed_and_booked_once_also_without_a_line(lasting, chromium, house):  # noqa: F811
    on_its_way(lasting)
    wrong: list[str] = []
    context = chromium.new_context(viewport=PHONE, base_url=house, geolocation={"latitude": 54.0924, "longitude": 12.1283, "accuracy": 12}, permissions=["geolocation"])
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: "Content Security Policy" in said.text and wrong.append(said.text))
    page.goto(f"/drive/{link_of(Round('UPS', 'HAM'))}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    scan(page, "1Z-9")
    text_of(page, "[data-said]", "1Z-9 is not of this round.")
    scan(page, "1Z-7")
    text_of(page, "[data-name]", "REUTER")
    text_of(page, "[data-place]", "known to 12 m")
    page.click("[data-book]")
    text_of(page, "[data-said]", "Say who received it")
    page.fill("[name=receiver]", "Anna Reuter")
    page.fill("[name=received]", "4")
    box = page.locator("[data-sign]").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 180, box["y"] + 90, steps=6)
    page.mouse.up()
    page.locator("[data-photo]").set_input_files({"name": "door.png", "mimeType": "image/png", "buffer": page.screenshot()})
    page.wait_for_selector("[data-shot]:not([hidden])")
    context.set_offline(True)
    page.click("[data-book]")
    text_of(page, "[data-outcome]", "waits to be sent")
    text_of(page, "[data-left]", "0")
    assert not Proof.objects.exists()
    context.set_offline(False)
    sent(page)
    text_of(page, "[data-outcome]", "4 of 5 received, sound")
    proof = Proof.objects.get()
    assert (proof.receiver, str(proof.latitude), str(proof.accuracy_m), Parcel.objects.get().state) == ("Anna Reuter", "54.092400", "12.00", "delivered")
    assert proof.signature and proof.photo and wrong == []
    context.close()

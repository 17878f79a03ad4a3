"""The camera as scanner, in Chromium with a film instead of a camera: the film shows bar codes as we print them."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from hanse.fulfilment.models import Scan
from hanse.fulfilment.tests.floor import counters, packed, released
from hanse.kernel.gs1 import FNC1
from hanse.transport.keep_carriers import KeepCarrier, keep_carriers
from tests.browser import CHROMIUM, PHONE, QUIETLY, browser_test, house, sent, signed_in, text_of  # noqa: F401

zxing = pytest.importorskip("zxingcpp")
pytestmark = browser_test
SKU, GTIN, LOT, BIN = "BRG-6204-2RS", "4006381333931", "L26", "B-07-03-2"
WIDE, HIGH, EACH = 640, 480, 3
FORMATS = zxing.BarcodeFormat


def symbol(code: str, kind: Any, gs1: bool = False) -> Image.Image:
    """A bar code on white, as large as a label held before the camera."""
    drawn = memoryview(zxing.create_barcode(code, kind, **({"gs1": True} if gs1 else {})).to_image(scale=3))
    high, wide = drawn.shape[:2]
    larger = 220 // high or 1
    return Image.frombytes("L", (wide, high), drawn.tobytes()).resize((wide * larger, high * larger), Image.Resampling.NEAREST)


def film(file: Path, pictures: list[Image.Image | None]) -> Path:
    """A film that shows each picture for a moment, and nothing between them, over and over."""
    with file.open("wb") as out:
        out.write(f"YUV4MPEG2 W{WIDE} H{HIGH} F2:1 Ip A1:1 C420jpeg\n".encode())
        for picture in pictures:
            frame = Image.new("L", (WIDE, HIGH), 200)
            if picture:
                frame.paste(picture, ((WIDE - picture.width) // 2, (HIGH - picture.height) // 2))
            out.write((b"FRAME\n" + frame.tobytes() + bytes([128]) * (WIDE * HIGH // 2)) * EACH)
    return file


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("camera") / "film.y4m"


@pytest.fixture(scope="module")
def chromium(camera: Path) -> Iterator[Any]:
    """Chromium whose camera plays the film."""
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    seen = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={camera}"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=[*QUIETLY, *seen])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


SHOWN = f"(01)0{GTIN}(10){LOT}"
PLAIN = f"010{GTIN}10{LOT}"
KINDS = [(BIN, FORMATS.Code128, False), (SHOWN, FORMATS.Code128, True), (GTIN, FORMATS.EAN13, False), (SHOWN, FORMATS.DataMatrix, True), (SKU, FORMATS.QRCode, False)]
HEARD = """() => { window.heard = []; addEventListener("hanse:scan", event => heard.push(event.detail.code)); }"""


def watching(page: Any) -> None:
    """The browser's user lets this page have the camera."""
    page.context.grant_permissions(["camera"])


def to_pick(lasting: Any, units: int) -> str:
    """An order for some units of a lot in a bin, released."""
    site = lasting.site()
    lasting.stocked(lasting.item(SKU, gtin=GTIN, tracking="lot"), site, 9, BIN, lot=LOT)
    lasting.customer()
    return lasting.order((SKU, units))


def test_the_camera_reads_every_kind_of_code_that_is_printed_on_goods(lasting, signed_in, camera):  # noqa: F811
    film(camera, [picture for kind in KINDS for picture in (symbol(*kind), None)])
    lasting.site()
    page = signed_in("tomasz", "warehouse", PHONE)
    watching(page)
    page.goto("/pack")
    page.evaluate(HEARD)
    page.click("[data-camera]")
    page.check("[data-camera-keep]")
    page.wait_for_function("() => heard.length >= 6", timeout=60_000)
    page.click("[data-camera-close]")
    heard = {code.lstrip(FNC1) for code in page.evaluate("heard")}
    assert heard == {BIN, f"]C1{PLAIN}", GTIN, PLAIN, SKU}
    assert page.evaluate("heard.length") <= 8, "what stays in the picture counts once"


def test_a_pick_is_booked_from_the_picture(lasting, signed_in, camera):  # noqa: F811
    order = to_pick(lasting, 1)
    [task] = released(order)
    film(camera, [symbol(BIN, FORMATS.Code128), None, symbol(SHOWN, FORMATS.DataMatrix, gs1=True), None])
    page = signed_in("tomasz", "warehouse", PHONE)
    watching(page)
    page.goto(f"/pick/{task.task}")
    page.click("[data-camera]")
    page.check("[data-camera-keep]")
    page.wait_for_selector("text=This walk is done", timeout=60_000)
    sent(page)
    assert counters(order)["picked"] == 1
    assert set(Scan.objects.filter(right=True).values_list("wanted", flat=True)) == {BIN, SKU}


def test_the_camera_closes_after_a_scan_unless_it_is_kept_on(lasting, signed_in, camera):  # noqa: F811
    [task] = released(to_pick(lasting, 2))
    film(camera, [symbol(BIN, FORMATS.Code128)])
    page = signed_in("tomasz", "warehouse", PHONE)
    watching(page)
    page.goto(f"/pick/{task.task}")
    page.click("[data-camera]")
    text_of(page, "[data-bin-said]", "Bin scanned")
    assert not page.is_visible("[data-camera-view]")


def test_a_carton_leaves_by_the_label_that_we_printed(lasting, signed_in, camera):  # noqa: F811
    pdfium = pytest.importorskip("pypdfium2", reason="rendering a PDF needs pypdfium2")
    carton = packed(to_pick(lasting, 1)).carton
    keep_carriers([KeepCarrier("ELBE", "Elbe Express")], by="ann")
    page = signed_in("tomasz", "warehouse", PHONE)
    watching(page)
    label = pdfium.PdfDocument(page.request.get(f"/cartons/{carton}/label.pdf").body())[0].render(scale=3).to_pil().convert("L")
    lowest = label.crop((0, int(label.height * 0.78), label.width, label.height))
    film(camera, [lowest.resize((WIDE, lowest.height * WIDE // lowest.width))])
    page.goto("/hand-over")
    page.click("[data-camera]")
    text_of(page, "[data-close]", "Hand over 1 carton", 60)


def test_who_does_not_let_us_have_the_camera_or_has_none_is_told_what_to_do(lasting, signed_in, camera):  # noqa: F811
    [task] = released(to_pick(lasting, 1))
    page = signed_in("tomasz", "warehouse", PHONE)
    page.goto(f"/pick/{task.task}")
    for name, told in (("NotAllowedError", "not allowed for this page. Allow it"), ("NotFoundError", "no camera. Use a scanner"), ("NotReadableError", "Another program has")):
        page.evaluate("name => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', name)); }", name)
        page.click("[data-camera]")
        text_of(page, "[data-camera-said]", told)
        page.click("[data-camera-close]")

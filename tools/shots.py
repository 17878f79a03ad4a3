"""Pictures of the pages for the docs: `make shots`.

Starts a demo of its own in a temporary home and on free ports, signs in as the demo's staff, drives Chromium and
writes `docs/shots/*.png`, in few colours so that they stay small. `--only NAME …` draws some of them; `--at URL
--password P` draws a demo that runs already.
"""

import argparse
import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Browser, FloatRect, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SHOTS = ROOT / "docs" / "shots"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIETLY = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
COLOURS = 256
SITES = ("HAM", "LEI")
UNTIL = "2026-11-24T09:30"
"""A Tuesday, when the crew is at work: the same past, so the same pages."""

NEIGHBOUR = """wanted => {
  const alike = sku => { let n = 0; while (sku[n] && sku[n] === wanted[n]) n++; return n; };
  const skus = JSON.parse(document.getElementById("walk").textContent).map(stop => stop.sku).filter(sku => sku !== wanted);
  return skus.sort((one, other) => alike(other) - alike(one))[0];
}"""
"""Of the items on the walk the one that is most easily mistaken for the wanted one."""

EASILY_MISTAKEN = """() => {
  const walk = JSON.parse(document.getElementById("walk").textContent);
  const alike = (one, other) => { let n = 0; while (one[n] && one[n] === other[n]) n++; return n; };
  const score = stop => Math.max(0, ...walk.filter(it => it.sku !== stop.sku).map(it => alike(it.sku, stop.sku))) + (stop.wanted > 2 ? 6 : 0);
  return walk.map(stop => [score(stop), stop.url]).sort((one, other) => other[0] - one[0])[0];
}"""
"""The stop of a walk that shows best what the hand-held does, and how well."""

LOWEST = "() => Math.max(...[...document.querySelectorAll('main .panel, main .b, main .msg, main .small')].map(it => it.getBoundingClientRect().bottom))"
"""How far down anything of the page reaches."""

WALKS = "text=/Start picking|Go on with tour/"
"""How a picker comes to the walk that is theirs."""

Draw = Callable[[Page], None]
PICTURES: dict[str, tuple[str, dict[str, int], Draw]] = {}
"""Each picture: who looks, the size of the window, and how to come there."""


def picture(name: str, who: str, size: dict[str, int] = DESK) -> Callable[[Draw], Draw]:
    """Name a picture and who draws it; the function leaves the page as it shall be shown."""

    def named(draw: Draw) -> Draw:
        PICTURES[name] = (who, size, draw)
        return draw

    return named


# -- the order desk ------------------------------------------------------------------------------------------------------


@picture("today", "ina")
def today(page: Page) -> None:
    page.goto("/")


@picture("orders", "ina")
def orders(page: Page) -> None:
    page.goto("/orders")


@picture("orders-chosen", "ina")
def orders_chosen(page: Page) -> None:
    page.goto("/orders?view=to-release")
    for box in page.locator("[data-rows] input[type=checkbox]").all()[:3]:
        box.check()


@picture("order", "ina")
def order(page: Page) -> None:
    """An order that is partly on its way, with the choice of its site unfolded."""
    page.goto(_order_with(page, r"(HAM|LEI) +(HAM|LEI)[^£]*delivered"))
    page.locator("[data-unfolds]").first.click()
    page.wait_for_timeout(1200)


@picture("change", "ina")
def change(page: Page) -> None:
    """A change of quantity before it is accepted."""
    number = _order_with(page, "allocated|waiting|released").rsplit("/", 1)[1]
    page.goto(f"/orders/{number}/change")
    field = page.locator("[name^=line-]").first
    field.fill(str(int(field.input_value()) + 400))
    page.fill("[name=reason]", "They opened a second shop")
    page.click("text=Preview the change")
    page.wait_for_selector(".before-after")


@picture("new-order", "ina")
def new_order(page: Page) -> None:
    page.goto("/stock")
    items = page.locator("[data-rows] a.code, tbody a.code").all_inner_texts()
    page.goto("/customers")
    code = (page.locator("tbody a[href^='/customers/']").first.get_attribute("href") or "").rsplit("/", 1)[1]
    page.goto("/orders/new")
    page.fill("[name=customer]", code)
    page.fill("[name=ref]", "PO 88121")
    page.fill("[name=sku] >> nth=0", items[0])
    page.fill("[name=quantity] >> nth=0", "12")
    page.press("[name=quantity] >> nth=0", "Tab")
    page.fill("[name=sku] >> nth=1", items[1])
    page.fill("[name=quantity] >> nth=1", "4")
    page.press("[name=quantity] >> nth=1", "Tab")
    page.wait_for_timeout(1500)


@picture("stock", "ina")
def stock(page: Page) -> None:
    page.goto("/stock?view=inbound")
    page.goto(page.locator("tbody a.code").first.get_attribute("href") or "/stock")
    page.wait_for_selector("[data-chart] svg")
    page.wait_for_timeout(500)


@picture("order-phone", "ina", PHONE)
def order_phone(page: Page) -> None:
    page.goto("/orders")


# -- how well it goes ----------------------------------------------------------------------------------------------------


@picture("perfect-order", "jonas")
def perfect_order(page: Page) -> None:
    page.goto("/perfect-order?span=90")
    page.wait_for_selector("[data-chart] svg")


# -- the warehouse -------------------------------------------------------------------------------------------------------


@picture("release", "tomasz")
def release(page: Page) -> None:
    page.goto("/release")
    for box in page.locator("[data-rows] input[type=checkbox]").all()[:4]:
        box.check()


@picture("waves", "tomasz")
def waves(page: Page) -> None:
    page.goto("/waves?site=HAM")


@picture("wave", "tomasz")
def wave(page: Page) -> None:
    page.goto("/waves?site=HAM")
    page.goto(page.locator("tbody a[href^='/waves/']").first.get_attribute("href") or "/waves")


@picture("tour", "tomasz")
def tour(page: Page) -> None:
    wave(page)
    page.goto(page.locator("a[href^='/tours/']").first.get_attribute("href") or "/waves")


@picture("pick", "tomasz", PHONE)
def pick(page: Page) -> None:
    """One bin scanned, one unit taken."""
    _at_a_task(page)
    _scan(page, _words(page, "[data-step-more]"))
    page.wait_for_function("() => document.querySelector('[data-bin-said]').textContent.includes('Bin scanned')")
    _scan(page, _words(page, "[data-sku]"))
    page.wait_for_timeout(400)


@picture("pick-wrong", "tomasz", PHONE)
def pick_wrong(page: Page) -> None:
    """The bin is right, the item is its neighbour."""
    _at_a_task(page)
    _scan(page, _words(page, "[data-step-more]"))
    page.wait_for_function("() => document.querySelector('[data-bin-said]').textContent.includes('Bin scanned')")
    wanted = _words(page, "[data-sku]")
    _scan(page, page.evaluate(NEIGHBOUR, wanted))
    page.wait_for_selector("[data-wrong]:not([hidden])")
    page.wait_for_timeout(800)


@picture("pick-short", "tomasz", PHONE)
def pick_short(page: Page) -> None:
    _at_a_task(page)
    _scan(page, _words(page, "[data-step-more]"))
    page.wait_for_function("() => document.querySelector('[data-bin-said]').textContent.includes('Bin scanned')")
    page.click("[data-short-open]")
    page.wait_for_timeout(400)


@picture("pack", "tomasz")
def pack(page: Page) -> None:
    """Some units scanned into a carton, the rest to come."""
    for site in SITES:
        page.goto(f"/pack?site={site}")
        rows = page.locator("[data-scan-rows] a.code")
        if rows.count():
            break
    rows.first.click()
    page.wait_for_selector("[data-pack]")
    first = page.locator("[data-line] .rest .strong").first.inner_text()
    _scan(page, first)
    page.wait_for_timeout(100)
    _scan(page, first)
    page.wait_for_timeout(400)


@picture("hand-over", "tomasz")
def hand_over(page: Page) -> None:
    for site in SITES:
        page.goto(f"/hand-over?site={site}")
        if page.locator("[data-rows] input[type=checkbox], tbody input[type=checkbox]").count():
            break


@picture("pick-tote", "tomasz", PHONE)
def pick_tote(page: Page) -> None:
    """All units of a stop are scanned, the tote on the cart is to be."""
    page.goto("/pick?site=HAM")
    page.click(WALKS)
    page.wait_for_selector("[data-pick]")
    stop = page.evaluate("JSON.parse(document.getElementById('walk').textContent).find(stop => stop.wanted < 5)")
    page.goto(stop["url"])
    page.wait_for_selector("[data-pick]")
    for code in [stop["bin"], *[stop["sku"]] * stop["wanted"]]:
        _scan(page, code)
        page.wait_for_timeout(60)


@picture("put-wall", "tomasz")
def put_wall(page: Page) -> None:
    page.goto("/sort?site=LEI")
    _scan(page, page.locator("tr[data-task] td.strong").first.inner_text())
    page.wait_for_selector("[data-put]:not([hidden])")


@picture("lot", "tomasz")
def lot(page: Page) -> None:
    """A lot that is held, and where its units are."""
    page.goto("/lots?show=stopped")
    page.goto(page.locator("tr:has-text('Held') a").first.get_attribute("href") or "/lots")


@picture("stock-work", "tomasz")
def stock_work(page: Page) -> None:
    page.goto("/stock-work?site=HAM")


@picture("put-away", "tomasz", PHONE)
def put_away(page: Page) -> None:
    page.goto("/stock-work?site=HAM")
    page.goto(page.locator("#put-away a.go").get_attribute("href") or "/stock-work")
    _scan(page, page.locator("[data-item]").first.get_attribute("data-want") or "")


@picture("count", "tomasz")
def count(page: Page) -> None:
    """A count before it is booked."""
    page.goto("/stock?view=in-stock")
    sku = page.locator("tbody a.code").first.inner_text()
    page.goto(f"/stock-book/count/{sku}")
    held = page.locator("section.panel >> nth=1 >> tbody tr >> nth=0 >> td")
    page.fill("[name=bin]", held.nth(0).inner_text())
    page.fill("[name=counted]", str(max(int(held.nth(1).inner_text().replace(",", "")) - 2, 0)))
    page.fill("[name=reason]", "two were damaged")
    page.click("text=Look at the change")
    page.wait_for_selector("text=Before and after")


@picture("exceptions", "ina")
def exceptions(page: Page) -> None:
    page.goto("/exceptions")


@picture("backorder", "ina")
def backorder(page: Page) -> None:
    """A run that was simulated: who gains, who loses."""
    page.goto("/backorders")
    page.goto(page.locator("tbody a.code").first.get_attribute("href") or "/backorders")
    page.click("text=Simulate a run")
    page.wait_for_load_state("networkidle")


@picture("substitute", "ina")
def substitute(page: Page) -> None:
    """What may stand in for units that wait."""
    page.goto("/backorders")
    page.goto(page.locator("tbody a.code").first.get_attribute("href") or "/backorders")
    page.goto((page.locator("a[href^='/orders/H-']").first.get_attribute("href") or "/orders") + "/substitute")


# -- transport, finance, admin -------------------------------------------------------------------------------------------


@picture("shipments", "jonas")
def shipments(page: Page) -> None:
    page.goto("/shipments?view=on-its-way")


@picture("shipment", "jonas")
def shipment(page: Page) -> None:
    page.goto("/shipments?view=delivered")
    page.goto(page.locator("tbody a[href^='/shipments/']").first.get_attribute("href") or "/shipments")
    page.wait_for_timeout(1200)


@picture("invoices", "fiona")
def invoices(page: Page) -> None:
    page.goto("/invoices")


@picture("invoice", "fiona")
def invoice(page: Page) -> None:
    page.goto("/invoices")
    page.goto(page.locator("tbody a[href^='/invoices/']").last.get_attribute("href") or "/invoices")


@picture("admin", "max")
def admin(page: Page) -> None:
    page.goto("/admin/")
    page.wait_for_load_state("networkidle")



# -- what several pictures need ------------------------------------------------------------------------------------------


def _order_with(page: Page, pattern: str, view: str = "open") -> str:
    """The address of the first order of a view whose row says this, else of the last."""
    page.goto(f"/orders?view={view}&rows=100")
    links = [link.get_attribute("href") or "" for link in page.locator("[data-rows] a.code").all()]
    said = page.locator("[data-rows] tr").all_inner_texts()
    return next((link for link, text in zip(links, said, strict=True) if re.search(pattern, text)), links[-1])


def _at_a_task(page: Page) -> None:
    """The hand-held at a task that wants some units of an item that is easily mistaken for another of the walk."""
    found = []
    for site in SITES:
        page.goto(f"/pick?site={site}")
        if page.locator(WALKS).count():
            page.click(WALKS)
            page.wait_for_selector("[data-pick]")
            found.append(page.evaluate(EASILY_MISTAKEN))
    page.goto(max(found)[1])
    page.wait_for_selector("[data-pick]")


def _words(page: Page, selector: str) -> str:
    return re.sub(r"\s+", " ", page.locator(selector).first.inner_text()).strip()


def _scan(page: Page, code: str) -> None:
    """What a scanner does, without its typing: on a busy machine keys may come too slowly for one."""
    page.evaluate("code => window.hanse.scanned(code)", code)


# -- the demo, the browser, the files ------------------------------------------------------------------------------------


@contextmanager
def demo() -> Iterator[tuple[str, str]]:
    """A demo of our own: its address and the staff's password. It ends with the block, its home with it."""
    home = Path(tempfile.mkdtemp(prefix="hanse-shots-"))
    port = _free_port()
    command = [sys.executable, "-m", "hanse.edge", "--home", str(home), "demo", "--pace", "0", "--until", UNTIL, "--port", str(port)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "HANSE_"))}
    running = subprocess.Popen(command, cwd=ROOT, env=kept | {"COLUMNS": "400"}, stdout=subprocess.PIPE, text=True)
    try:
        said = ""
        for line in running.stdout or ():
            said += line
            if found := re.search(r"with the password (\S+)\.$", line):
                yield f"http://127.0.0.1:{port}", found[1]
                return
        raise SystemExit(f"The demo did not start:\n{said}")
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(60)
        shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    """A port that is free, and the one after it, for the stream."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                other.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return int(port)


def draw_all(browser: Browser, house: str, password: str, names: list[str]) -> None:
    """Draw the pictures, each person signed in once per size of window."""
    windows: dict[tuple[str, int], Page] = {}
    for name in names:
        who, size, draw = PICTURES[name]
        page = windows.get((who, size["width"]))
        if page is None:
            page = windows[who, size["width"]] = _sign_in(browser, house, who, password, size)
        draw(page)
        page.wait_for_timeout(300)
        file = SHOTS / f"{name}.png"
        file.write_bytes(_small(page.screenshot(clip=_what_is_drawn(page, size))))
        print(f"{file.relative_to(ROOT)}  {file.stat().st_size // 1000} kB")


def _sign_in(browser: Browser, house: str, who: str, password: str, size: dict[str, int]) -> Page:
    phone = size is PHONE
    context = browser.new_context(viewport=size, base_url=house, reduced_motion="reduce", device_scale_factor=2 if phone else 1, color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto("/accounts/login/")
    page.fill("[name=login]", who)
    page.fill("[name=password]", password)
    page.click("button:has-text('Sign in')")
    page.wait_for_url(house + "/")
    return page


def _what_is_drawn(page: Page, size: dict[str, int]) -> FloatRect:
    """The window, without the empty desk below a short page."""
    whole = size is PHONE or "/admin/" in page.url
    height = size["height"] if whole else max(420, int(page.evaluate(LOWEST)) + 24)
    return {"x": 0, "y": 0, "width": size["width"], "height": height if height < 800 else size["height"]}


def _small(png: bytes) -> bytes:
    """The picture in few colours."""
    out = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    words = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    words.add_argument("--only", nargs="+", choices=list(PICTURES), default=list(PICTURES), metavar="NAME")
    words.add_argument("--at")
    words.add_argument("--password", default="")
    given = words.parse_args()
    if CHROMIUM is None:
        raise SystemExit("Chromium is not installed: `make test` brings it.")
    SHOTS.mkdir(exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        if given.at:
            httpx.get(given.at + "/livez").raise_for_status()
            draw_all(browser, given.at, given.password, given.only)
        else:
            with demo() as (house, password):
                draw_all(browser, house, password, given.only)
        browser.close()


if __name__ == "__main__":
    main()

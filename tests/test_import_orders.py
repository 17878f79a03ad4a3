"""Import of orders: good rows in, wrong ones out with their reason, nothing twice."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from hanse.catalogue.keep_recipes import ComponentGiven, KeepRecipe, keep_recipes
from hanse.edge.importer import FileWrong, MapWrong, run
from hanse.journal.models import Event
from hanse.orders.models import Line, Order
from hanse.orders.place import Place, PlaceLine, place

MAP = """
[format]
zone = "Europe/Berlin"

[orders]
file = "orders*.csv"
key = "order"
[orders.take]
ref = "order"
customer = "customer"
at = "placed"
currency = { value = "EUR" }
freight = "freight"
tax = { value = 0 }
zone = { value = "Europe/Berlin" }

[lines]
file = "lines.csv"
key = "order"
[lines.take]
sku = "sku"
quantity = "quantity"
unit_price = "price"

[items]
from = "lines"
[items.take]
sku = "sku"
name = "sku"
currency = { value = "EUR" }

[parties]
from = "orders"
[parties.take]
code = "customer"
name = "customer"
roles = { value = ["customer"] }
currency = { value = "EUR" }
address = { country = { value = "DE" } }
"""
ORDERS = "order,customer,placed,freight\n1,REUTER,2026-11-02 09:00:00,5.00\n2,REUTER,2026-11-03 10:00:00,0\n"
LINES = "order,sku,quantity,price\n1,A,3,3.33\n2,B,1,10.00\n1,B,2,10.00\n"


@pytest.fixture
def files(tmp_path: Path):
    """Write the files of an import and run it: `files(lines="…")` changes one of them."""

    def bring(orders: str = ORDERS, lines: str = LINES, map: str = MAP, **how):
        (tmp_path / "orders.csv").write_text(orders)
        (tmp_path / "lines.csv").write_text(lines)
        (tmp_path / "map.toml").write_text(map)
        return run("orders", [tmp_path / "orders.csv", tmp_path / "lines.csv"], tmp_path / "map.toml", by="ann", **how)

    return bring


def counted(result) -> tuple[int, int, int, int]:
    assert result.read == result.accepted + result.rejected + result.repeated
    return result.read, result.accepted, result.rejected, result.repeated


def rejects(path: Path) -> list[tuple[str, str, str]]:
    with path.open(newline="", encoding="utf-8") as text:
        return [(row["row"], row["code"], row["reason"]) for row in csv.DictReader(text)]


def test_orders_come_in_with_their_lines_and_the_masters_they_name(given, files):
    result = files()
    assert counted(result) == (5, 5, 0, 0) and result.orders == 2
    one, two = Order.objects.order_by("ref")
    assert (one.ref, one.net, one.freight, one.total, one.placed_at.isoformat()) == ("1", Decimal("29.99"), Decimal("5.00"), Decimal("34.99"), "2026-11-02T08:00:00+00:00")
    assert [(x.item.sku, x.ordered) for x in one.lines.order_by("position")] == [("A", 3), ("B", 2)]
    assert two.lines.count() == 1


def test_the_tolerance_of_a_party_comes_with_it_and_its_orders_freeze_it(given, files):
    files(map=MAP.replace("[parties.take]\n", "[parties.take]\nover_percent = { value = 5 }\nbills_over = { value = true }\n"))
    assert set(Order.objects.values_list("over_percent", "under_percent", "bills_over")) == {(5, 0, True)}


def test_the_same_file_twice_changes_nothing(given, files):
    files()
    before = Event.objects.count()
    again = files()
    assert counted(again) == (5, 0, 0, 5) and again.orders == 0
    assert (Order.objects.count(), Line.objects.count(), Event.objects.count()) == (2, 3, before)


def test_the_same_orders_in_another_file_are_known_by_their_reference(given, files):
    files()
    again = files(lines=LINES.replace("1,A,3", "1,A, 3"))
    assert counted(again) == (5, 0, 0, 5) and Order.objects.count() == 2


def test_kits_come_in_like_any_item_and_are_known_again(given, files):
    for sku in ("A", "NUT", "BOLT"):
        given.item(sku)
    keep_recipes([KeepRecipe("A", (ComponentGiven("NUT", 2), ComponentGiven("BOLT", 1)))], by="ann")
    assert counted(files()) == (5, 5, 0, 0)
    assert [(k.item.sku, k.quantity) for k in Order.objects.get(ref="1").kits.all()] == [("A", 3)]
    again = files(lines=LINES.replace("1,A,3", "1,A, 3"))
    assert counted(again) == (5, 0, 0, 5) and Order.objects.count() == 2


def test_a_used_reference_with_other_content_is_rejected_and_says_whose_it_is(given, files, tmp_path):
    files()
    again = files(lines=LINES.replace("1,A,3", "1,A,4"))
    assert counted(again) == (5, 0, 3, 2)
    assert {code for _, code, _ in rejects(tmp_path / "lines.csv.rejected.csv")} == {"ref-used"}


def test_a_wrong_row_keeps_its_order_back_and_no_other(given, files, tmp_path):
    result = files(lines="order,sku,quantity,price\n1,A,three,3.33\n2,B,1,10.00\n1,B,2,10.00\n")
    assert counted(result) == (5, 2, 3, 0) and [o.ref for o in Order.objects.all()] == ["2"]
    assert rejects(tmp_path / "lines.csv.rejected.csv") == [
        ("1", "row-unreadable", "Row 1: quantity: 'three' is no number."),
        ("3", "order-incomplete", "Row 1 of order 1 cannot be taken, and an order is taken whole or not at all.")]
    assert rejects(tmp_path / "orders.csv.rejected.csv")[0][:2] == ("1", "order-incomplete")


def test_rejected_rows_can_be_mended_and_brought_in_again(given, files, tmp_path):
    files(lines=LINES.replace("1,A,3", "1,A,three"))
    mended = (tmp_path / "lines.csv.rejected.csv").read_text().replace("three", "3")
    result = files(orders=(tmp_path / "orders.csv.rejected.csv").read_text(), lines=mended)
    assert counted(result) == (3, 3, 0, 0) and Order.objects.count() == 2


def test_rejected_rows_that_are_still_wrong_are_rejected_anew(given, files, tmp_path):
    files(lines=LINES.replace("1,A,3", "1,A,three"))
    files(orders=(tmp_path / "orders.csv.rejected.csv").read_text(), lines=(tmp_path / "lines.csv.rejected.csv").read_text())
    [names, first, *_] = (tmp_path / "lines.csv.rejected.csv").read_text().splitlines()
    assert names == "order,sku,quantity,price,row,code,reason" and first.startswith("1,A,three,3.33,1,row-unreadable,")


def test_what_was_refused_is_tried_again_with_the_same_file(given, files):
    without = MAP.split("[items]")[0] + "[parties]" + MAP.split("[parties]")[1]
    assert counted(files(map=without)) == (5, 0, 5, 0)
    given.item("B")
    assert counted(files(map=without)) == (5, 2, 3, 0)
    given.item("A")
    assert counted(files(map=without)) == (5, 3, 0, 2)


@pytest.mark.parametrize("orders, lines, told", [
    (ORDERS + "3,REUTER,2026-11-03 10:00:00,0\n", LINES, ("3", "no-lines")),
    (ORDERS, LINES + "9,A,1,1\n", ("4", "order-unknown")),
    (ORDERS, LINES + " ,A,1,1\n", ("4", "row-unreadable")),
    (ORDERS + ",REUTER,2026-11-03 10:00:00,0\n", LINES, ("3", "row-unreadable")),
    (ORDERS, LINES.replace("2,B,1,10.00", "2,B,1000000000,1000000000"), ("2", "money-differs")),
    (ORDERS, LINES + "2,A,1\n", ("4", "row-unreadable")),
    (ORDERS + "2,REUTER,2026-11-03 10:00:00,0\n", LINES, ("3", "row-unreadable")),
    (ORDERS, LINES.replace("2,B,1", "2,B,0"), ("2", "values-refused")),
    (ORDERS, LINES.replace("2,B,1", "2,B,-1"), ("2", "values-refused")),
    (ORDERS, LINES.replace("2,B,1", "2,B,99999999999"), ("2", "values-refused")),
    (ORDERS, LINES.replace("2,B,1,10.00", "2,B,1,NaN"), ("2", "row-unreadable")),
    (ORDERS, LINES.replace("2,B,1", "2," + "B" * 300 + ",1"), ("2", "values-refused")),
    (ORDERS.replace("2026-11-03 10:00:00", "03.11.2026"), LINES, ("2", "order-incomplete")),
    (ORDERS.replace("2,REUTER", "2,"), LINES, ("2", "values-refused")),
    (ORDERS, LINES.replace("2,B,1", "2,=cmd|' /C calc'!A0,0"), ("2", "values-refused")),
])
def test_every_rejected_row_has_its_reason(given, files, orders, lines, told):
    result = files(orders=orders, lines=lines)
    found = [r for path in result.rejects_files for r in rejects(path)]
    assert told in [r[:2] for r in found] and all(reason for _, _, reason in found)
    assert counted(result)[2] == len(found) and Order.objects.filter(ref="1").exists()


def test_a_dry_run_says_the_same_and_keeps_nothing(given, files, tmp_path):
    lines = LINES.replace("2,B,1", "2,B,0")
    dry = files(lines=lines, dry_run=True)
    assert (Order.objects.count(), Event.objects.count(), list(tmp_path.glob("*.rejected.csv"))) == (0, 0, [])
    assert counted(dry) == counted(files(lines=lines)) == (5, 3, 2, 0)


def test_rows_that_the_mapping_leaves_out_say_why(given, files, tmp_path):
    rule = '[[lines.leave_out]]\nwhen = { column = "quantity", below = 0 }\nwhy = "A write-off."\n\n[lines.take]'
    result = files(map=MAP.replace("[lines.take]", rule), lines=LINES + "2,A,-3,0\n")
    assert counted(result) == (6, 5, 1, 0)
    assert rejects(tmp_path / "lines.csv.rejected.csv") == [("4", "left-out", "A write-off.")]


def test_an_order_placed_at_another_door_is_not_taken_twice(given, files):
    given.item("B", "10.00")
    given.customer("REUTER")
    place([Place("REUTER", (PlaceLine("B", 1),), ref="2")], by="ann")
    assert counted(files()) == (5, 3, 0, 2)


def test_progress_is_told(given, files):
    told: list[tuple[str, int, int]] = []
    files(progress=lambda *step: told.append(step))
    assert told[-1] == ("orders", 5, 5)


@pytest.mark.parametrize("lines, why", [
    (b"order,sku,quantity,price\n1,\xff\xfe,1,1\n", "is not utf-8"),
    (b"order,sku,quantity,price\n1," + b"A" * 1_100_000 + b",1,1\n", "field larger than field limit"),
    (b'order,sku,quantity,price\n1,"A,1,1\n', "is no CSV"),
    (b"\x1f\x8b\x08\x00 no gzip", "cannot be read"),
    (b"PK\x03\x04 a spreadsheet\x00", "no column order"),
])
def test_a_hostile_file_is_refused_whole_and_nothing_changes(given, files, tmp_path, lines, why):
    files(lines=LINES)
    before = Event.objects.count()
    (tmp_path / "lines.csv").write_bytes(lines)
    with pytest.raises(FileWrong, match=why):
        run("orders", [tmp_path], tmp_path / "map.toml", by="ann")
    assert Event.objects.count() == before


def test_what_cannot_be_tried_at_all_is_said_before_the_first_row(given, files, tmp_path):
    with pytest.raises(MapWrong, match="no field quantitty"):
        files(map=MAP.replace("quantity =", "quantitty ="))
    with pytest.raises(FileWrong, match="no column cost"):
        files(map=MAP.replace('"price"', '"cost"'))
    with pytest.raises(FileWrong, match="There is no file"):
        run("orders", [tmp_path / "gone.csv"], tmp_path / "map.toml", by="ann")
    assert Order.objects.count() == 0

"""Import: what a mapping says, and what files may do to it. No database."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from hanse.edge.importer.fields import Around, MapWrong, condition_of, value_of
from hanse.edge.importer.formats import Format, Wrong
from hanse.edge.importer.mapping import read_mapping
from hanse.edge.importer.reading import FileWrong, Source, first_reading, groups_of

COLUMNS = ["Price", "Quantity", "Discount", "City", "State", "When", "Status"]
TABLES = {"states": {"HH": "Hamburg"}, "prices": {"1": {"name": "one"}}}


def around(**format) -> Around:
    return Around(Source(Path("orders.csv"), Format(**format), COLUMNS), Format(**format), TABLES)


def row(**cells: str) -> list[str]:
    return [cells.get(name, "") for name in COLUMNS]


@pytest.mark.parametrize("spec, kind, cells, told", [
    ("City", "text", {"City": "  Rostock "}, "Rostock"),
    ("City", "text", {}, None),
    ({"value": "USD"}, "text", {}, "USD"),
    ({"value": True}, "yes", {}, True),
    ({"column": "State", "table": "states"}, "text", {"State": "HH"}, "Hamburg"),
    ({"column": "State", "table": "states", "else": {"value": "?"}}, "text", {"State": "XX"}, "?"),
    ({"column": "State", "table": "prices", "take": "name"}, "text", {"State": "1"}, "one"),
    ({"first": ["State", "City"]}, "text", {"City": "Rostock"}, "Rostock"),
    ({"join": ["City", "State"], "with": ", "}, "text", {"City": "Bremen", "State": "HB"}, "Bremen, HB"),
    ({"join": ["City", "State"]}, "text", {"City": "Bremen"}, "Bremen"),
    ({"product": ["Price", "Quantity"], "less": "Discount"}, "number", {"Price": "18.00", "Quantity": "3", "Discount": "0.15"}, Decimal("45.9")),
    ({"product": ["Price", "Quantity"], "decimals": 2}, "number", {"Price": "1.005", "Quantity": "1"}, Decimal("1.01")),
    ({"column": "When", "only": {"column": "Status", "is": ["canceled"]}}, "day", {"When": "2026-11-16", "Status": "canceled"}, date(2026, 11, 16)),
    ({"column": "When", "only": {"column": "Status", "is": ["canceled"]}}, "day", {"When": "2026-11-16", "Status": "open"}, None),
    ("Quantity", "whole", {"Quantity": "12.0"}, 12),
    ("When", "instant", {"When": "2026-11-16 09:00:00"}, datetime(2026, 11, 16, 9, tzinfo=UTC)),
    ("When", "instant", {"When": "2026-11-16T09:00:00+01:00"}, datetime(2026, 11, 16, 8, tzinfo=UTC)),
])
def test_a_field_takes_what_the_mapping_says(spec, kind, cells, told):
    found = value_of(spec, kind, around(), "orders.take.it")(row(**cells))
    assert found == told


def test_numbers_and_times_are_read_as_the_format_says():
    german = around(decimal=",", thousands=".", day="%d.%m.%Y", instant="%d.%m.%Y %H:%M", zone="Europe/Berlin")
    assert value_of("Price", "number", german, "x.take.y")(row(Price="1.234,50")) == Decimal("1234.50")
    assert value_of("When", "day", german, "x.take.y")(row(When="16.11.2026")) == date(2026, 11, 16)
    assert value_of("When", "instant", german, "x.take.y")(row(When="16.07.2026 09:00")) == datetime(2026, 7, 16, 7, tzinfo=UTC)


@pytest.mark.parametrize("kind, text, why", [
    ("number", "NaN", "'NaN' is no number"),
    ("number", "1e9", "'1e9' is no number"),
    ("number", "Infinity", "'Infinity' is no number"),
    ("number", "١٢", "'١٢' is no number"),
    ("number", "1,000", "'1,000' is no number"),
    ("whole", "1.5", "'1.5' is no whole number"),
    ("whole", "9" * 30, f"'{'9' * 30}' is no whole number"),
    ("instant", "yesterday", "'yesterday' is no time"),
    ("day", "2026-02-30", "'2026-02-30' is no day"),
    ("text", "nul\x00here", "it has a control character in it"),
])
def test_what_cannot_be_read_is_said_with_its_field(kind, text, why):
    with pytest.raises(Wrong) as wrong:
        value_of("City", kind, around(), "orders.take.city")(row(City=text))
    assert str(wrong.value) == f"city: {why}"


@pytest.mark.parametrize("spec, cells, holds", [
    ({"column": "Status", "is": "open"}, {"Status": "open"}, True),
    ({"column": "Status", "starts": "C"}, {"Status": "C536"}, True),
    ({"column": "Quantity", "below": 0}, {"Quantity": "-1"}, True),
    ({"column": "Quantity", "above": 0}, {"Quantity": ""}, False),
    ({"column": "City", "blank": True}, {}, True),
    ([{"column": "City", "blank": False}, {"column": "Status", "is": ["a", "b"]}], {"City": "x", "Status": "b"}, True),
])
def test_a_condition_holds_for_a_row(spec, cells, holds):
    assert condition_of(spec, around(), "when")(row(**cells)) is holds


@pytest.mark.parametrize("spec, why", [
    ({"column": "City", "vlaue": 1}, "does not know vlaue"),
    ({"value": "a", "column": "City"}, "wants a column's name or one of"),
    ({"column": "City", "table": "nowhere"}, "a table nowhere that the mapping does not have"),
    (3, "wants a column's name"),
])
def test_a_field_that_makes_no_sense_stops_the_import_before_the_first_row(spec, why):
    with pytest.raises(MapWrong, match=why):
        value_of(spec, "text", around(), "orders.take.it")


def test_a_column_that_the_file_does_not_have_is_named_with_those_it_has():
    with pytest.raises(FileWrong, match=r"orders.csv has no column Town. Its columns: Price, Quantity"):
        value_of("Town", "text", around(), "orders.take.city")


@pytest.mark.parametrize("text, why", [
    ("[orders", "is no mapping"),
    ("[ordres]\nfile = 'x'", r"does not know \[ordres\]"),
    ("[orders]\ncolumns = 'x'", "does not know columns"),
    ("[format]\nzone = 'UTC'", "maps nothing"),
    ("[format]\nzones = 'UTC'\n[orders]", "does not know zones"),
])
def test_a_mapping_with_a_mistake_is_refused_whole(tmp_path, text, why):
    path = tmp_path / "map.toml"
    path.write_text(text)
    with pytest.raises(MapWrong, match=why):
        read_mapping(path)


@pytest.mark.parametrize("content, why", [
    (b"", "is empty"),
    (b"a,a\n1,2\n", "two columns of the same name"),
    (b"\xff\xfe\x00a", "is not utf-8"),
    (b'a,b\n"open,1\n', "is no CSV"),
    (b"\x1f\x8bnot really gzip", "cannot be read"),
])
def test_a_file_that_is_no_csv_is_refused_with_its_reason(tmp_path, content, why):
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    with pytest.raises(FileWrong, match=why):
        first_reading(path, Format())


def test_rows_of_an_order_that_stand_apart_come_together(tmp_path):
    path = tmp_path / "lines.csv"
    path.write_text("\ufefforder,sku\n1,A\n2,B\n1,C\n3,D\n2,E\n", encoding="utf-8")
    source = first_reading(path, Format(), "order")
    wrong: list[int] = []
    groups = [(g.key, [cells[1] for _, cells in g.rows]) for g in groups_of(source, 0, lambda nr, _: wrong.append(nr))]
    assert groups == [("1", ["A", "C"]), ("3", ["D"]), ("2", ["B", "E"])] and source.rows == 5 and not wrong


@pytest.mark.parametrize("name", ["northwind", "adventureworks", "online_retail", "olist"])
def test_the_mappings_of_the_real_sets_are_whole(name):
    assert {"orders", "lines", "items", "parties"} <= read_mapping(Path(__file__).parent / "maps" / f"{name}.toml").sections.keys()

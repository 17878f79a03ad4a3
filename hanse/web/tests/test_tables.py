"""Tables as files: CSV that no spreadsheet runs, Parquet with decimals, days and zoned instants, and a way out where it is missing."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from hanse.web import tables
from hanse.web.tables import Table, csv_of, parquet_of, taken

AT = datetime(2026, 11, 27, 9, 30, tzinfo=ZoneInfo("Europe/Berlin"))
TABLE = Table("otif REUTER", [("order", str), ("units", int), ("share", float), ("value", Decimal), ("due", date), ("came", datetime), ("met", bool)], [
    ("H-1", 5, 0.9, Decimal("12.3400"), date(2026, 11, 17), AT, True), ("=cmd()", None, None, None, None, None, None)])


def test_a_text_that_looks_like_a_formula_is_text():
    head, first, second = csv_of(TABLE).splitlines()
    assert head == "order,units,share,value,due,came,met"
    assert first == "H-1,5,0.9,12.3400,2026-11-17,2026-11-27T09:30:00+01:00,True" and second == "'=cmd(),,,,,,"


def test_decimals_stay_decimals_and_instants_carry_their_zone():
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra analytics is not installed")
    back = parquet.read_table(io.BytesIO(parquet_of(TABLE)))
    assert [str(t) for t in back.schema.types] == ["string", "int64", "double", "decimal128(38, 6)", "date32[day]", "timestamp[us, tz=UTC]", "bool"]
    first, second = back.to_pylist()
    assert first == {"order": "H-1", "units": 5, "share": 0.9, "value": Decimal("12.34"), "due": date(2026, 11, 17), "came": AT.astimezone(UTC), "met": True}
    assert second == {"order": "=cmd()"} | dict.fromkeys(("units", "share", "value", "due", "came", "met"))


def test_an_empty_table_keeps_its_columns():
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra analytics is not installed")
    assert parquet.read_table(io.BytesIO(parquet_of(Table("x", TABLE.columns, [])))).num_columns == 7


def test_where_parquet_is_not_installed_the_way_out_is_told(rf, monkeypatch):
    monkeypatch.setattr(tables, "find_spec", lambda name: None)
    answer = taken(rf.get("/"), TABLE, "parquet")
    assert answer.status_code == 501 and "requirements-analytics.lock" in answer.content.decode()
    assert taken(rf.get("/"), TABLE, "csv").headers["Content-Disposition"] == 'attachment; filename="otif-REUTER.csv"'


def test_too_much_for_one_file_is_refused(rf, monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 1)
    assert taken(rf.get("/"), TABLE, "csv").status_code == 422

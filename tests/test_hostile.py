"""Hostile input at every door of the API and in every file (F10): a clear error, and not one row changed."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from hanse.edge.api import api
from hanse.edge.importer import FileWrong, MapWrong, run
from hanse.kernel.problems import PROBLEMS
from hanse.world.faults.hostile import HOSTILE_STOCK, HUGE, MAPS, QUANTITIES, RIGHT_TO_LEFT, STOCK, TEXTS, UNREADABLE, WHOLE, WRONG_FILES

_PATHS = {path.removeprefix("/api/v1"): ways for path, ways in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items()}
WRITES = sorted(path.replace("{number}", "H-100001") for path, ways in _PATHS.items() if "requestBody" in ways.get("post", {}))
READS = sorted(path for path, ways in _PATHS.items() if "get" in ways)


def rows() -> dict[str, int]:
    """How many rows every table has, but for the day a key was last used and the like, which are columns."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in names))
        return dict(cursor.fetchall())


@pytest.fixture
def company(given):
    item, site = given.item(), given.site()
    given.customer()
    given.stocked(item, site, 10)
    return given


@pytest.fixture
def unchanged(company):
    """Nothing that this test does may change the number of rows of any table; ask it when the keys are made."""
    before: dict[str, int] = {}
    yield lambda: before.update(rows())
    assert before and rows() == before


def refused(answer: Any) -> str:
    """The code of a clear refusal: a problem of the registry, or a list of refused asks."""
    assert 400 <= answer.status_code < 500 or answer.status_code == 200, (answer.status_code, answer.content[:300])
    told = answer.json()
    if answer.status_code == 200:
        assert told and all(a["refused"] in PROBLEMS and a["detail"] for a in told)
        return told[0]["refused"]
    assert answer["Content-Type"] == "application/problem+json" and told["code"] in PROBLEMS and told["detail"]
    assert "Traceback" not in answer.content.decode() and "psycopg" not in answer.content.decode()
    return told["code"]


# -- JSON -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", WRITES)
def test_no_route_takes_what_is_no_strict_json(caller, unchanged, path):
    desk = caller("all")
    unchanged()
    for name, body in UNREADABLE.items():
        assert refused(desk.post(path, body)) == "unreadable", name


@pytest.mark.parametrize("path", WRITES)
def test_no_route_takes_other_shapes_or_types(caller, unchanged, path):
    desk = caller("all")
    unchanged()
    for body in [None, True, 0, -0.0, "x", "x" * 1_000_000, [None], [[]], [1], [{"__proto__": {}}], [{"unknown": 1}], {"unknown": {"a": [{}]}}, RIGHT_TO_LEFT]:
        refused(desk.post(path, body))
    for kind in ["text/csv", "application/xml", "multipart/form-data; boundary=x", "application/json-patch+json"]:
        answer = desk.client.generic("POST", f"/api/v1{path}", b"[]", content_type=kind, HTTP_AUTHORIZATION=f"Bearer {desk.token}", HTTP_IDEMPOTENCY_KEY="k")
        assert refused(answer) == "wrong-type"
    for key in ["", " ", "é", "x" * 201, "a\tb", " a", "a\u202e"]:
        refused(desk.post(path, [], key=key or " "))


ORDER = {"customer": "REUTER", "ref": "7", "lines": [{"sku": "BRG-6204", "quantity": 1}]}
LINE = {"sku": "BRG-6204", "quantity": 1}


@pytest.mark.parametrize("path", ["/orders", "/orders/batch"])
def test_orders_of_hostile_values_are_refused(caller, unchanged, path):
    desk, one = caller("all"), path == "/orders"
    unchanged()
    wishes = [ORDER | {"lines": [LINE | {"quantity": it}]} for it in QUANTITIES]
    wishes += [ORDER | {"lines": [LINE | {"sku": it}]} for it in TEXTS] + [ORDER | {"customer": it} for it in TEXTS]
    wishes += [ORDER | {"ship_to": it} for it in TEXTS] + [ORDER | {"currency": it} for it in TEXTS if it is not None] + [ORDER | {"zone": it} for it in TEXTS if it is not None]
    wishes += [ORDER | {field: it} for field in ("freight", "discount", "tax") for it in ["NaN", "Infinity", "-1", "1e999999999", "1" * 5_000, -HUGE, HUGE, 0.1e-300, "", "1,0", "0x1", [], {}, True]]
    wishes += [ORDER | {"at": it} for it in ["now", "2026-02-30T00:00:00Z", "9999-12-31T23:59:59Z", "-0001-01-01T00:00:00Z", 1e300, "2026-11-16T09:00:00+99:00"]]
    wishes += [ORDER | {"requested_on": it} for it in ["2026-13-01", "0000-00-00", 5e9, "x"]]
    wishes += [ORDER | {"lines": []}, ORDER | {"lines": [LINE] * 1_001}, ORDER | {"lines": {"0": LINE}}, ORDER | {"line": []}, ORDER | {"lines": [LINE | {"price": 1}]}]
    for wish in wishes:
        answer = desk.post(path, wish if one else [wish])
        assert answer.status_code != 201 and b'"told"' not in answer.content, (str(wish)[:200], answer.content[:200])
        code = refused(answer)
        assert code in {"values-refused", "not-sellable", "party-unknown", "not-a-customer", "address-unknown", "address-wrong", "currency-unknown", "zone-unknown",
                        "money-differs", "out-of-range", "no-lines"}, (code, str(wish)[:200])


def test_receipts_payments_and_places_of_hostile_values_are_refused(caller, unchanged):
    desk = caller("all")
    unchanged()
    receipt = {"site": "HAM", "sku": "BRG-6204", "quantity": 1, "bin": "A-01"}
    payment = {"ref": "bank 7", "customer": "REUTER", "amount": "10.00", "currency": "EUR"}
    asks = [("/stock/receipts/batch", receipt | {"quantity": it}) for it in QUANTITIES]
    asks += [("/stock/receipts/batch", receipt | {field: it}) for field in ("site", "sku", "bin") for it in TEXTS]
    asks += [("/payments/batch", payment | {"amount": it}) for it in [0, -1, "0", "-0.01", "NaN", "sNaN", "-Infinity", "1e400", "0.00001", HUGE, "10,00", "", None, True, []]]
    asks += [("/payments/batch", payment | {field: it}) for field in ("customer", "currency") for it in TEXTS]
    asks += [(path, {field: it}) for path, field in [("/picks/batch", "task"), ("/releases/batch", "order"), ("/packs/batch", "order"), ("/handovers/batch", "carton"), ("/invoices/batch", "order")]
             for it in [*QUANTITIES, *TEXTS]]  # fmt: skip
    for path, ask in asks:
        refused(desk.post(path, [ask]))


@pytest.mark.parametrize("path, body, code", [
    ("/orders/batch", lambda: b" " * (16 * 1024 * 1024 + 1), "too-big"),
    ("/orders", lambda: json.dumps(ORDER | {"ref": "x" * 12_000_000}).encode(), "values-refused"),
    ("/orders/batch", lambda: b"[" + b"[]," * 500_000 + b"[]]", "too-big"),
    ("/orders/batch", lambda: json.dumps([ORDER] * 20_000).encode(), "too-big"),
    ("/orders/batch", lambda: b'[{"lines":"' + b"\\u0041" * 2_000_000 + b'"}]', "values-refused"),
    ("/orders/batch", lambda: json.dumps([{"lines": [{}] * 1_000}] * 100).encode(), "values-refused"),
    ("/orders", lambda: json.dumps(ORDER | {"lines": [LINE] * 50_000}).encode(), "values-refused"),
    ("/orders", lambda: json.dumps(ORDER | {f"field {n}": 1 for n in range(100_000)}).encode(), "values-refused"),
], ids=["blanks", "a text", "lists", "orders", "escapes", "nothing right", "lines", "fields"])
def test_bodies_of_many_megabytes_are_refused_in_few_words(caller, unchanged, path, body, code):
    desk = caller("all")
    unchanged()
    answer = desk.post(path, body())
    assert refused(answer) == code and len(answer.content) < 2_000


@pytest.mark.parametrize("path", READS)
def test_hostile_words_in_addresses_are_answered_plainly(caller, unchanged, path):
    desk = caller("all")
    unchanged()
    hostile = ["%00", "%ED%A0%80", "%FF", "%E2%80%AE", "x" * 5_000, "%27%20OR%201=1--", "..%2f..%2f", "9" * 400, "-1", "1e9", "%25s", "NaN", "W10", "WzFlNDAwXQ", "bnVsbA", "WyJcdTAwMDAiXQ"]
    for word in hostile:
        filled = path
        while "{" in filled:
            filled = filled[: filled.index("{")] + word + filled[filled.index("}") + 1 :]
        queries = "&".join(f"{name}={word}" for name in ("q", "cursor", "status", "customer", "sku", "site", "order", "placed_from", "promised_to", "limit"))
        for address in (filled, f"{path}?{queries}", *(f"{filled}?{name}={word}" for name in ("q", "cursor", "site", "limit"))):
            answer = desk.get(address)
            assert answer.status_code < 500, (address[:200], answer.content[:300])


# -- files ------------------------------------------------------------------------------------------------------------

@pytest.fixture
def bring(company, tmp_path: Path):
    """Bring a file of bytes in: `bring("stock", b"…")`."""

    def brought(what: str, content: bytes, name: str = "", **format: str):
        file, map_file = tmp_path / (name or f"{what}.csv"), tmp_path / "map.toml"
        file.write_bytes(content)
        map_file.write_text("[format]\n" + "".join(f'{k} = "{v}"\n' for k, v in format.items()) + MAPS[what])
        return run(what, [file], map_file, by="ann")

    return brought


def test_each_hostile_row_is_rejected_with_its_reason(bring, unchanged, tmp_path):
    unchanged()
    result = bring("stock", (STOCK + "\n".join(HOSTILE_STOCK) + "\n").encode())
    assert result.accepted == result.repeated == 0 and result.rejected == result.read > 30
    with (tmp_path / "stock.csv.rejected.csv").open(newline="", encoding="utf-8") as text:
        kept = list(csv.DictReader(text))
    assert len(kept) == result.rejected and all(row["code"] in PROBLEMS and row["reason"] and row["reason"][0] not in "=+-@" for row in kept)


@pytest.mark.parametrize("content", WRONG_FILES.values(), ids=WRONG_FILES.keys())
def test_a_file_that_cannot_be_read_whole_changes_nothing(bring, unchanged, content):
    unchanged()
    with pytest.raises((FileWrong, MapWrong)) as no:
        bring("stock", content, "stock.csv.gz")
    assert "stock.csv" in str(no.value) and len(str(no.value)) < 1_000


def test_formulas_and_marks_are_kept_as_the_text_they_are(bring, company):
    """Names are data: they are neither run nor mended, and come out as they went in."""
    names = ["=1+1", "@SUM(A1)", "+49 40 1", "-", "\u202egpj.exe", "שלום", "<script>alert(1)</script>", "{{ 7*7 }}", "%s"]
    result = bring("items", ("sku,name,price\n" + "".join(f"S{n},{name},1\n" for n, name in enumerate(names))).encode())
    assert (result.accepted, result.rejected) == (len(names), 0)
    from hanse.catalogue.models import Item

    assert [Item.objects.get(sku=f"S{n}").name for n in range(len(names))] == names


@pytest.mark.parametrize("text", [
    "", "[stock", "\x00", "[stock]\n[stock]\n", '[other]\n[other.take]\nx = "y"\n', '[stock]\nfile = "nothing.csv"\n[stock.take]\nsku = "sku"\n',
    '[stock.take]\nsku = "__import__"\n', '[format]\nencoding = "rot13"\n' + MAPS["stock"],
    '[format]\nencoding = "no-such"\n' + MAPS["stock"], '[format]\ndelimiter = ""\n' + MAPS["stock"], '[format]\nzone = "Mars/Olympus"\n' + MAPS["stock"],
])  # fmt: skip
def test_a_mapping_that_is_none_is_refused(company, unchanged, tmp_path, text):
    unchanged()
    (tmp_path / "stock.csv").write_bytes(WHOLE)
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises((FileWrong, MapWrong)):
        run("stock", [tmp_path / "stock.csv"], tmp_path / "map.toml", by="ann")

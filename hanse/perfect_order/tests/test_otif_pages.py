"""On time in full on its page, by the API and on the command line; defined on the customer's page; files of it."""

import json
from contextlib import nullcontext
from decimal import Decimal

import pytest
from click.testing import CliRunner

from hanse.edge.cli import main
from hanse.kernel import clock
from hanse.partners.reads import otif_definitions
from hanse.perfect_order.tests.test_carrier_pages import reader, seen  # noqa: F401
from hanse.perfect_order.tests.test_otif_reads import define
from hanse.perfect_order.tests.test_reads import LATER, four  # noqa: F401

NOVEMBER = "from=2026-11-01&to=2026-11-30"


def test_the_page_shows_the_share_the_goal_the_fine_and_what_shows_each_failure(reader, four):  # noqa: F811
    define(level="unit", goal_otif=Decimal(90), fine_percent=Decimal(3))
    page = seen(reader, f"/perfect-order/otif?customer=REUTER&{NOVEMBER}")
    assert "60.0 %" in page and "90 % <span" in page and "missed" in page and "Fine to expect" in page and "6 missing" in page
    assert f"/orders/{four[3]}" in page and "nothing has come" in page
    assert "By unit: by the day promised, at the delivery." in page
    assert "REUTER" in seen(reader, f"/perfect-order/otif?{NOVEMBER}")  # the only one that defined anything


@pytest.mark.parametrize("path, told", [
    ("", "Whose on time in full?"), ("?customer=ANNA", "Nothing is defined for this customer"), ("?customer=%00&from=x", "Whose on time in full?"), ("?customer=REUTER&from=0001-01-01&to=9999-12-31", "Nothing is defined for this customer"),
])
def test_the_page_says_what_to_do_next(reader, four, path, told):  # noqa: F811
    assert told in seen(reader, f"/perfect-order/otif{path}")


def test_an_order_from_before_the_definition_is_not_measured(reader, four):  # noqa: F811
    define(from_on=clock.now().date().replace(day=28))
    page = seen(reader, f"/perfect-order/otif?customer=REUTER&{NOVEMBER}")
    assert "Nothing was due in this period" in page and "3 orders placed before anything was defined" in page


def test_the_desk_defines_it_on_the_customers_page(given, client):
    given.customer()
    client.force_login(given.user("ina", "order desk"))
    assert "On time in full, as" in client.get("/customers/REUTER").content.decode()
    page = client.get("/otif-definitions/REUTER").content.decode()
    assert "Nothing is defined yet" in page and "The first definition" in page
    form = {"from_on": "2026-01-01", "level": "unit", "early_days": "1", "late_days": "0", "goal_otif": "98", "fine_percent": "3", "exclusions": ["refused", "consignee"], "key": "a"}
    bad = client.post("/otif-definitions/REUTER", form | {"late_days": "soon"})
    assert bad.status_code == 422 and "Give a whole number" in bad.content.decode()
    assert client.post("/otif-definitions/REUTER", form).status_code == 302
    [kept] = otif_definitions("REUTER")
    assert (kept.level, kept.early_days, kept.goal_otif, kept.exclusions) == ("unit", 1, 98, ["consignee", "refused"])
    again = client.post("/otif-definitions/REUTER", form | {"key": "b", "level": "line"})
    assert again.status_code == 422 and "begin another one tomorrow" in again.content.decode()
    assert "In force" in client.get("/otif-definitions/REUTER").content.decode() and client.get("/otif-definitions/NOBODY").status_code == 404


def test_who_may_not_define_sees_it_only(given, client):
    given.customer()
    client.force_login(given.user("rita", "read-only"))
    assert "Keep the definition" not in client.get("/otif-definitions/REUTER").content.decode()
    assert client.post("/otif-definitions/REUTER", {"from_on": "2026-01-01", "key": "a"}).status_code == 403


def test_api_and_command_tell_the_same(four, caller, monkeypatch):  # noqa: F811
    define(level="line", goal_in_full=Decimal(95))
    with clock.standing_at(LATER):
        told = caller("read").get(f"/otif?customer=REUTER&{NOVEMBER}").json()
        assert caller("read").get("/otif?customer=REUTER&from=2026-11-30&to=2026-11-01").status_code == 422
        monkeypatch.setattr("hanse.edge.cli_perfect.django_ready", nullcontext)
        run, period = CliRunner().invoke, ["otif", "--customer", "REUTER", "--from", "2026-11-01", "--to", "2026-11-30"]
        [report] = json.loads(run(main, [*period, "--json"]).output)
        assert "33.3 %" in run(main, period).output and run(main, [*period[:-2], "--to", "2026-10-01"]).exit_code == 2
    assert (told["shares"][0]["otif"]["hits"], told["shares"][0]["otif"]["n"], told["shares"][0]["in_full"]["met"]) == (1, 3, False)
    assert report["shares"][0]["otif"]["hits"] == 1 and {f["order"] for f in told["failures"]} == {f["order"] for f in report["failures"]} == set(four[2:])


FILES = [
    "/perfect-order.{}?by=customer", "/perfect-order.{}?by=week", "/perfect-order.{}?by=causes", "/perfect-order.{}?by=orders&answer=not%20perfect", "/carriers.{}", "/carriers.{}?carrier=UPS&what=weeks",
    "/carriers.{}?carrier=UPS&what=parcels", "/carriers.{}?carrier=UPS&what=lanes", "/perfect-order/otif.{}?customer=ANNA", "/perfect-order/otif.{}?customer=ANNA&what=failures",
]


@pytest.mark.parametrize("path", FILES)
def test_each_table_is_there_as_csv_and_as_parquet_with_the_same_rows(reader, four, path):  # noqa: F811
    import io

    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra analytics is not installed")
    define("ANNA", fine_percent=Decimal(3))
    lines = seen(reader, path.format("csv")).splitlines()
    with clock.standing_at(LATER):
        table = parquet.read_table(io.BytesIO(reader.get(path.format("parquet")).content))
    assert table.column_names == lines[0].split(",") and table.num_rows == len(lines) - 1 > 0

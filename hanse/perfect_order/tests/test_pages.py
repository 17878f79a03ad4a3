"""The perfect-order pages: each figure opens its orders, bounds stand where some wait, what is not known is said so."""

import pytest

from hanse.kernel import clock
from hanse.perfect_order.drawn import bar, explain, pareto
from hanse.perfect_order.reads import CauseCount, _share
from hanse.perfect_order.tests.test_reads import LATER, four  # noqa: F401


@pytest.fixture
def reader(client, given):
    client.force_login(given.user("rita", "read-only"))
    return client


def test_the_dashboard_says_the_share_and_opens_its_orders(reader, four):  # noqa: F811
    with clock.standing_at(LATER):
        page = reader.get("/perfect-order").content.decode()
        assert "25.0 %" in page and "failures in 3 orders" in page
        assert "Transit delay" in page and "HAM → DE" in page and "n = " in page
        listed = reader.get("/perfect-order/orders?condition=product&cause=mis-pack").content.decode()
        assert four[2] in listed and four[0] not in listed
        assert four[0] in reader.get("/perfect-order/orders?answer=perfect").content.decode()


def test_as_known_on_an_earlier_day_nothing_was_known(reader, four):  # noqa: F811
    with clock.standing_at(LATER):
        assert "Nothing was due in this period" in reader.get("/perfect-order?as_of=2026-11-18").content.decode()
        assert "25.0 %" in reader.get("/perfect-order?as_of=2026-11-21").content.decode()


def test_two_periods_side_by_side_and_the_export(reader, four):  # noqa: F811
    with clock.standing_at(LATER):
        assert "What explains the change" in reader.get("/perfect-order/compare").content.decode()
        text = reader.get("/perfect-order.csv?by=customer").content.decode()
        assert text.splitlines()[0].startswith("customer,due,perfect") and any(line.startswith("ANNA,1,0,1") for line in text.splitlines())


@pytest.mark.parametrize("path", ["?from=x&to=%00", "?from=2026-12-01&to=2026-01-01", "?span=7000", "?as_of=0001-01-01&from=0001-01-01&to=9999-12-31", "?to=0001-01-01", "?as_of=9999-12-31", "/orders?before=x.y&condition=z&answer=q"])
def test_nonsense_in_the_address_shows_the_page(reader, path):
    assert reader.get(f"/perfect-order{path}").status_code == 200


def test_without_signing_in_nothing_is_shown(client, db):
    assert client.get("/perfect-order").status_code == 302


def test_a_bar_shows_what_there_is_however_little():
    assert [name for name, *_ in bar(9_999, 0, 1).parts] == ["ct", "cf"] and bar(9_999, 0, 1).parts[1][2] >= 4 and bar(0, 0, 0).parts == ()


def test_first_causes_sum_to_the_orders_and_explain_the_change():
    def cause(name: str, n: int) -> CauseCount:
        return CauseCount("time", name, "carrier", n, n, n, 0)

    rows = pareto([cause(str(n), n) for n in range(1, 13)])
    assert sum(r["n"] for r in rows) == 78 and rows[-1]["word"] == "3 others" and rows[-1]["share"] == "100 %"
    before, now = _share("", 100, 90, 10, *[0] * 17), _share("", 200, 190, 10, *[0] * 17)
    told = explain(before, now, [cause("a", 10)], [cause("a", 4), cause("b", 6)])
    assert sum(x.points for x in told) == pytest.approx(100 * (190 / 200 - 90 / 100)) and told[0].cause == "a"
    assert explain(_share("", *[0] * 20), now, [], []) == []

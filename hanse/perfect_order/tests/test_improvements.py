"""Where to improve, from the database: causes with their money, late hours by stage, changes with their test; the pages, the API and the command tell the same."""

import json
from contextlib import nullcontext
from datetime import date

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test import Client

from hanse.edge import keys
from hanse.edge.cli import main
from hanse.kernel import clock
from hanse.perfect_order.improvements import improvements
from hanse.perfect_order.models import Risk, Verdict
from hanse.perfect_order.tests.carried import Load, carried
from hanse.perfect_order.tests.test_foresee import MONDAY_EVENING, looked, order, taught  # noqa: F401
from hanse.perfect_order.tests.test_reads import LATER, four  # noqa: F401
from tests.given import statements

NOVEMBER = date(2026, 11, 1), date(2026, 11, 30)


def test_causes_say_what_each_costs_alone_and_what_was_credited(four):  # noqa: F811
    found = improvements(*NOVEMBER)
    assert (found.decided, found.perfect, found.split) == (4, 1, date(2026, 11, 20))
    told = {(c.condition, c.cause): (c.orders, c.alone) for c in found.causes}
    assert told[("product", "mis-pack")] == (1, 1) and ("time", "transit delay") in told
    assert all(m.currency == "EUR" and m.net == 50 and m.credited == 0 for c in found.causes if c.orders == 1 for m in c.money)


def test_late_hours_are_told_by_lane_stage_and_who_answers(four):  # noqa: F811
    [late] = improvements(*NOVEMBER).late
    assert (late.lane, late.carrier, late.stages, late.owner, late.orders) == ("HAM → DE", "UPS", ("carrier",), "carrier", 1) and late.hours > 0


def billed_too(number: int = 10**9) -> None:
    """Every verdict is decided: what is not late is perfect."""
    Verdict.objects.filter(order_id__lt=number).update(right_place=True, right_product=True, right_customer=True, right_invoice=True, right_documents=True)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE perfect_order_verdict SET causes = jsonb_build_object('time', jsonb_build_array('transit delay', causes->'time'->>1)) WHERE NOT in_time")


@pytest.fixture
def months(given):
    """Ninety days on a lane: UPS is late by a day and by the same share all the time, FEDEX is not."""
    carried(given, [
        Load("UPS", "HAM", date(2026, 10, 1), 200, 40, 1), Load("UPS", "HAM", date(2026, 11, 28), 100, 20, 1), Load("FEDEX", "HAM", date(2026, 10, 1), 200, 2, 1), Load("FEDEX", "HAM", date(2026, 11, 28), 100, 1, 1)],
        {"HAM": 1})
    billed_too()
    Verdict.objects.filter(in_time=False).update(hours_late=20)
    return date(2026, 9, 15), date(2026, 12, 13)


def test_a_lane_a_day_longer_and_another_carrier_are_proposed_with_their_test(months):
    found = improvements(*months)
    assert found.decided == 600 and found.perfect == 537
    assert [(c.rule, c.where, c.orders, round(c.gained)) for c in found.changes] == [("lane", "UPS|HAM → DE", 300, 60), ("carrier", "UPS|HAM → DE", 300, 57)]
    lane, carrier = found.changes
    assert (lane.said, lane.test.happened, lane.test.held, lane.gain) == ("Plan 1 day more for UPS HAM → DE", 20, True, 10.0)
    assert carrier.said == "Send HAM → DE by FEDEX instead of UPS" and carrier.test.foreseen == pytest.approx(19)


def test_looking_takes_as_many_questions_however_many_orders_there_are(months):
    with statements() as sent:
        improvements(*months)
    assert len(sent) == 6


def test_a_lane_on_which_more_is_late_than_on_the_other_stands_out(months):
    [found] = improvements(*months).special
    assert (found.by, found.where, found.cause, found.owner, found.failed, found.n, found.others_failed, found.others) == ("lane", "UPS → DE", "transit delay", "carrier", 60, 300, 3, 300)


# -- pages and the other doors -------------------------------------------------------------------------------------------------


@pytest.fixture
def reader(client, given):
    client.force_login(given.user("rita", "read-only"))
    return client


def test_the_page_of_improvements_opens_the_orders_behind_each(reader, four):  # noqa: F811
    with clock.standing_at(LATER):
        page = reader.get("/perfect-order/improve").content.decode()
        assert "What each cause costs" in page and "Mis-pack" in page and "condition=product&amp;cause=mis-pack" in page and "No change is worth proposing" in page and "Nothing stands out" in page
        assert reader.get("/perfect-order/improve.csv").content.decode().count("\r\ncause,") >= 2
        assert reader.get("/perfect-order/improve.parquet").content[:4] == b"PAR1"
        assert "Improvements" in reader.get("/perfect-order").content.decode()


@pytest.mark.parametrize("path", ["/improve?from=2000-01-01&to=2026-11-30", "/improve?from=x&to=%00", "/improve?span=9", "/at-risk?before=x.y&action=z&site=%00", "/at-risk?view=lost&reason=q"])
def test_nonsense_in_the_address_shows_the_page(reader, path):
    assert reader.get(f"/perfect-order{path}").status_code == 200


def test_the_list_of_what_is_at_risk_leads_to_what_saves_it(client, given, order):  # noqa: F811
    taught()
    looked(order, MONDAY_EVENING)
    client.force_login(given.user("tomasz", "warehouse"))
    with clock.standing_at(MONDAY_EVENING):
        page = client.get("/perfect-order/at-risk").content.decode()
        assert order in page and "Not released in HAM" in page and "Release it first" in page and "/release?site=HAM" in page and "+18 points" in page
        assert order not in client.get("/perfect-order/at-risk?view=lost").content.decode()
        shown = client.get(f"/orders/{order}").content.decode()
        assert "Open: at risk" in shown and "of orders like it were perfect" in shown and "Release it first" in shown
        assert client.get("/perfect-order/at-risk.parquet").content[:4] == b"PAR1"
        assert client.get("/perfect-order/at-risk.csv").content.decode().splitlines()[1].startswith(f"{order},REUTER,2026-11-17,HAM,release,")


def test_who_may_not_do_it_sees_what_saves_it_without_the_button(reader, order):  # noqa: F811
    taught()
    looked(order, MONDAY_EVENING)
    with clock.standing_at(MONDAY_EVENING):
        page = reader.get("/perfect-order/at-risk").content.decode()
    assert "Release it first" in page and "/release?site=HAM" not in page


def test_today_counts_what_is_at_risk_for_those_who_act(client, given, order):  # noqa: F811
    taught()
    looked(order, MONDAY_EVENING)
    client.force_login(given.user("ina", "order desk"))
    with clock.standing_at(MONDAY_EVENING):
        page = client.get("/").content.decode()
    assert "/perfect-order/at-risk" in page and "1 can be saved" in page


def test_the_command_tells_the_changes(months, monkeypatch):
    monkeypatch.setattr("hanse.edge.cli_perfect.django_ready", nullcontext)
    run = CliRunner().invoke
    given = ["perfect", "--from", str(months[0]), "--to", str(months[1]), "--improve"]
    assert "Plan 1 day more" in run(main, given).output
    [told] = json.loads(run(main, [*given, "--json"]).output)
    assert [c["rule"] for c in told["changes"]][:1] == ["lane"]
    assert run(main, ["perfect", "--from", "2020-01-01", "--to", "2026-11-30", "--improve"]).exit_code == 2


def test_the_api_tells_improvements_risks_and_foresight(order):  # noqa: F811
    taught()
    looked(order, MONDAY_EVENING)
    api = Client(headers={"Authorization": f"Bearer {keys.make('test', ['all'])}"})
    ask = lambda path: api.get(f"/api/v1{path}")  # noqa: E731
    assert ask("/improvements?from=2026-11-01&to=2026-11-30").json()["decided"] == 0
    assert ask("/improvements?from=2020-01-01&to=2026-11-30").status_code == 422
    [row] = ask("/perfect-order/at-risk?action=release%20first").json()["items"]
    assert row["order"] == order and row["rescues"][0]["action"] == "release first" and Risk.objects.get().lost is False
    with clock.standing_at(MONDAY_EVENING):
        [risk] = ask(f"/orders/{order}/risk").json()
    assert risk["reasons"][0]["code"] == "late-step" and ask("/perfect-order/foresight").json()["levels"] == []
    looks = api.post("/api/v1/perfect-order/foresee/batch", [{"order": order}], content_type="application/json", headers={"Idempotency-Key": "k"}).json()
    weeks = api.post("/api/v1/perfect-order/learn/batch", [{"week_on": "2026-11-16"}], content_type="application/json", headers={"Idempotency-Key": "w"}).json()
    assert [looks[0].get("told"), weeks[0].get("told")] == ["RiskForeseen", "NothingNewLearnt"], "in the morning it was at no risk"

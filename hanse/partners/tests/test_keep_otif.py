"""What a customer calls on time in full: dated, and never changed once orders are measured by it."""

from datetime import date
from decimal import Decimal

import pytest

from hanse.kernel import clock
from hanse.partners.keep_otif import KeepOtif, Known, decide, keep_otif
from hanse.partners.reads import otif_definitions

TODAY = date(2026, 11, 27)
NOW = KeepOtif("WMT", date(2026, 1, 1), level="unit", goal_otif=Decimal(98))
KNOWN = Known({"WMT": 1, "NEW": 2}, {("WMT", "any", date(2026, 1, 1)): NOW}, TODAY)


@pytest.mark.parametrize("ask, told", [
    (KeepOtif("NEW", date(2020, 1, 1)), "OTIF of NEW from 2020-01-01: by order, by the day promised, at delivery"),
    (KeepOtif("WMT", date(2026, 11, 28), "collect", "requested", 1, 0, "hand-over", "unit"),
     "OTIF of WMT from 2026-11-28, collect: by unit, from 1 day before until the day requested, at hand-over"),
    (NOW, "OTIF of WMT from 2026-01-01 is so already"),
    (KeepOtif("WMT", date(2026, 1, 1)), "Orders of WMT are measured by the definition of 2026-01-01, and stay so: begin another one tomorrow or later."),
    (KeepOtif("WMT", TODAY), "Orders of WMT are measured by the definition of 2026-01-01, and stay so: begin another one tomorrow or later."),
    (KeepOtif("WMT", date(2025, 1, 1), "collect"), "Orders of WMT are measured by the definition of 2026-01-01, and stay so: begin another one tomorrow or later."),
    (KeepOtif("NOBODY", TODAY), "There is no party NOBODY."),
    (KeepOtif("NEW", TODAY, goal_otif=Decimal("97.125")), "Give at most two decimals."),
])
def test_a_definition_begins_where_nothing_is_measured_otherwise(ask, told):
    [answer] = decide([ask], KNOWN)
    assert answer.said() == told


def test_one_that_has_not_begun_may_still_be_changed(given, caller):
    given.customer("WMT")
    with clock.standing_at(clock.now()):
        first, later = KeepOtif("WMT", date(2024, 2, 1), level="unit", exclusions=("refused", "consignee", "refused")), KeepOtif("WMT", date(2027, 1, 1))
        keep_otif([first, later], by="ann", key="k")
        told = given.told("OtifDefined")
        assert keep_otif([first, later], by="ann", key="k") == told and len(told) == 2
        [again, changed] = keep_otif([first, KeepOtif("WMT", date(2027, 1, 1), fine_percent=Decimal(3))], by="ann")
    assert again.said().endswith("is so already") and changed.fine_percent == 3
    assert [(d.from_on, d.until_on, d.level, d.exclusions, d.fine_percent) for d in otif_definitions("WMT")] == [
        (date(2024, 2, 1), date(2027, 1, 1), "unit", ["consignee", "refused"], None), (date(2027, 1, 1), None, "order", [], Decimal(3))]
    desk = caller("order desk")
    answer = desk.post("/otif-definitions/batch", [{"customer": "WMT", "from_on": "2027-03-01", "level": "line", "goal_otif": "95"}]).json()
    assert answer["answers"][0]["level"] == "line" if isinstance(answer, dict) else answer[0]["level"] == "line"
    assert len(desk.get("/otif-definitions?customer=WMT").json()) == 3

"""The carrier pages: no league table, every figure opens its parcels, nothing is said where little is known; paper and export."""

import csv
from decimal import Decimal

import pypdfium2
import pytest
from django.test import Client

from hanse.edge import keys
from hanse.kernel import clock
from hanse.kernel.samples import Share
from hanse.perfect_order.carrier_pages import KEY, LOOKS, PARTIES, SAID, interval, late_rows, said_of, transit_rows
from hanse.perfect_order.carrier_paper import SAID as ON_PAPER
from hanse.perfect_order.carrier_paper import scorecard_pdf
from hanse.perfect_order.dealt import MEDIANS, RATES, dealings
from hanse.perfect_order.lateness import STAGES
from hanse.perfect_order.scored import DURATIONS, MEASURES, Cost, LaneTransit, LateHours, Measured, Scorecard, drifts, lasted
from hanse.perfect_order.tests.test_reads import LATER, four  # noqa: F401
from hanse.perfect_order.tests.test_scored import weekly
from hanse.transport.models import Parcel
from hanse.transport.open_claim import OpenClaim, open_claim
from hanse.transport.receive_freight_invoice import BilledLine, ReceiveFreightInvoice, receive_freight_invoice
from hanse.transport.tests.road import carriers
from hanse.web.context import ROLES


@pytest.fixture
def reader(client, given):
    client.force_login(given.user("rita", "read-only"))
    return client


def seen(reader, path: str) -> str:
    with clock.standing_at(LATER):
        answer = reader.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_carriers_stand_by_name_and_open_their_scorecards(reader, four):  # noqa: F811
    page = seen(reader, "/carriers")
    assert "UPS" in page and "50.0 %" in page and "this is no ranking" in page and "Too few to say" in page
    assert '/carriers/UPS?span=30' in page and '/carriers/UPS/parcels?span=30&amp;measure=promise&amp;answer=no' in page
    assert all("carriers" in ROLES[role] for role in ("transport", "read-only"))


def test_a_scorecard_says_what_was_kept_and_whose_hours_were_late(reader, four):  # noqa: F811
    page = seen(reader, "/carriers/UPS")
    assert "On time to first promise" in page and "50.0 %" in page and "100 % of them the carrier’s" in page
    assert "HAM → DE" in page and "No trend yet" in page
    assert "not known" in page and "nothing told yet" in page and "5.00 €" in page


def test_a_figure_opens_its_parcels(reader, four):  # noqa: F811
    late = seen(reader, "/carriers/UPS/parcels?measure=promise&answer=no")
    assert four[1] in late and four[2] not in late and "late to promise" in late and "its own hours" in late
    assert four[2] in seen(reader, "/carriers/UPS/parcels?measure=promise&answer=yes")
    assert "No parcels here" in seen(reader, "/carriers/UPS/parcels?measure=request")
    assert four[1] in seen(reader, "/perfect-order/orders?carrier=UPS&condition=time")


def test_a_carrier_without_parcels_says_so_and_one_that_is_not_known_has_no_page(reader, four):  # noqa: F811
    assert "It carried nothing" in seen(reader, "/carriers/FEDEX")
    with clock.standing_at(LATER):
        assert [reader.get(path).status_code for path in ("/carriers/NOBODY", "/carriers/NOBODY/parcels", "/carriers/NOBODY/scorecard.pdf", "/carriers/FEDEX/scorecard.pdf")] == [404] * 4


def test_before_anything_was_due_the_page_says_what_would_fill_it(reader):
    carriers()
    assert "No parcels were due" in seen(reader, "/carriers")


@pytest.mark.parametrize("path", ["?from=x&to=%00", "?from=2026-12-01&to=2026-01-01", "?from=0001-01-01&to=9999-12-31", "?to=0001-01-03", "?lane=%00x", "/parcels?measure=id)--&answer=q&before=x.y&lane=%00"])
def test_nonsense_in_the_address_shows_the_page(reader, four, path):  # noqa: F811
    seen(reader, f"/carriers/UPS{path}")


def test_the_paper_has_two_pages_with_the_same_figures(reader, four):  # noqa: F811
    with clock.standing_at(LATER):
        answer = reader.get("/carriers/UPS/scorecard.pdf")
    assert answer["Content-Type"] == "application/pdf" and answer["Content-Disposition"].startswith('inline; filename="scorecard-UPS-')
    paper = pypdfium2.PdfDocument(answer.content)
    words = [page.get_textpage().get_text_bounded() for page in paper]
    assert len(words) == 2 and "50.0 %" in words[0] and "too few to say" in words[0] and "HAM → DE" in words[1] and "carrier" in words[1]


def test_the_export_has_a_row_for_each_measure(reader, four):  # noqa: F811
    lines = seen(reader, "/carriers.csv").splitlines()
    assert lines[0].startswith("carrier,measure,unit,n,good,value,low,high") and any(line.startswith("UPS,On time to first promise,share,2,1,0.5,") for line in lines)
    assert {line.split(",")[0] for line in seen(reader, "/carriers.csv?carrier=USPS").splitlines()[1:]} == {"USPS"}
    assert "By service, weight and month" in seen(reader, "/carriers/UPS") and "month,2026-11,2,1,2,0.5," in seen(reader, "/carriers.csv?carrier=UPS&what=parts")


def test_bills_claims_and_tenders_stand_on_page_paper_and_export(reader, four):  # noqa: F811
    [parcel] = Parcel.objects.filter(shipment__order_id=int(four[1][2:]))
    with clock.standing_at(LATER):
        receive_freight_invoice([ReceiveFreightInvoice("UPS", "I-1", LATER.date(), "EUR", (BilledLine(parcel.tracking, Decimal(8)), BilledLine(parcel.tracking, Decimal(2), "residential")))], by="ann")
        open_claim([OpenClaim(parcel.tracking, "delay", amount=Decimal(3))], by="ann")
    page = seen(reader, "/carriers/UPS")
    assert "Tenders, bills and claims" in page and "Invoices right at first" in page and "1 of 2 as billed, the rest as expected" in page and "7.50 €" in page
    assert "2.00 € of 10.00 €" in page and "3.00 € of 15.00 €" in page and "Tenders, bills and claims" not in seen(reader, "/carriers/USPS")
    with clock.standing_at(LATER):
        paper = pypdfium2.PdfDocument(reader.get("/carriers/UPS/scorecard.pdf").content)
    assert len(paper) == 2 and "Invoices right at first" in paper[0].get_textpage().get_text_bounded()
    lines = seen(reader, "/carriers.csv?carrier=UPS").splitlines()
    assert {len(row) for row in csv.reader(lines)} == {17} and any(line.startswith("UPS,Accessorials of freight,EUR,") and line.endswith("2.0000,10.0000") for line in lines)


def test_the_api_tells_the_same(four):  # noqa: F811
    api = Client(headers={"Authorization": f"Bearer {keys.make('test', ['all'])}"})
    with clock.standing_at(LATER):
        found = api.get("/api/v1/carriers/scorecard?from=2026-11-01&to=2026-11-30&carrier=UPS")
        weeks = api.get("/api/v1/carriers/scorecard/weeks?from=2026-11-01&to=2026-11-30&carrier=UPS")
        wrong = api.get("/api/v1/carriers/scorecard?from=2026-11-30&to=2026-11-01")
    [card] = found.json()
    assert (card["carrier"], card["parcels"]) == ("UPS", 2) and (card["measures"][0]["hits"], card["measures"][0]["n"], card["measures"][0]["against"]) == (1, 2, "too few")
    assert weeks.json() == [{"lane": "HAM → DE", "monday": "2026-11-16", "share": {"hits": 1, "n": 2}}] and wrong.status_code == 422


def test_the_paper_keeps_to_two_pages_however_many_lanes_there_are():
    card = Scorecard("UPS", "UPS & Söhne <Express>", 900, 40, tuple(measure(0.96, 0.93, 0.98, 0.97) for _ in MEASURES), tuple(lasted(what, "UPS", ()) for what in DURATIONS), tuple(Cost(c, 9, Decimal(9), Decimal(1), Decimal(1), 5, Decimal(2)) for c in ("EUR", "USD")),
                     tuple(LaneTransit(f"HAM → {n}", "Isle of a rather long name", 40, 1, 1, 2, 3, "x") for n in range(40)), tuple(LateHours(f"HAM → {n}", "carrier", Decimal(n + 1)) for n in range(40)),
                     dealings({what: Share(9, 10) for what in RATES}, dict.fromkeys(MEDIANS, (9, 2.5)), [("accessorials", "EUR", Decimal(1), Decimal(9)), ("claims value", "EUR", Decimal(1), Decimal(9))] * 4))
    weeks = [week for n in range(40) for week in weekly(*[(9, 10)] * 60)]
    body = scorecard_pdf(card, LATER.date(), LATER.date(), LATER, weeks, ["Fewer on time on a lane since a week, said in a sentence that needs a second line of the paper to be told to its end."] * 9)
    assert len(pypdfium2.PdfDocument(body)) == 2


def measure(value: float, low: float, high: float, others: float | None, n: int = 100, against: str = "no difference") -> Measured:
    return Measured("promise", "On time", round(value * n), n, value, low, high, others, 100, against)


def test_intervals_stand_on_one_scale_that_says_where_it_begins():
    one, other = interval([measure(0.96, 0.93, 0.98, 0.97), measure(0.90, 0.84, 0.94, None)])
    assert one["floor"] == other["floor"] == 0.8 and other["low"] < one["low"] < one["point"] < one["high"] <= 140 and other["others"] is None
    assert one["label"] == "96.0 %, between 93.0 % and 98.0 %; others 97.0 %" and interval([]) == []


def test_late_hours_are_drawn_by_party_the_most_first():
    rows = late_rows([LateHours("A → B", "carrier", 30), LateHours("A → B", "not known", 10), LateHours("C → D", "shipping", 80)])
    assert [r["lane"] for r in rows] == ["C → D", "A → B"] and rows[1]["said"] == "carrier 30 h, not known 10 h" and rows[0]["parts"][0]["look"] == "l-shipping"
    assert set(STAGES.values()) <= set(PARTIES) and set(LOOKS.values()) <= set(KEY.values()) and set(SAID) == set(ON_PAPER)


def test_a_lane_that_takes_longer_than_planned_says_so():
    over, right = transit_rows([LaneTransit("A → B", "", 40, 1, 1, 2, 3, "x"), LaneTransit("C → D", "", 40, None, 0, 0, 0, "")])
    assert over["over"] and over["planned"] < over["p90"] < over["p90"] + over["to_p95"] <= 217 + 1 and not right["over"] and right["planned"] is None


def test_a_drift_is_said_with_both_windows():
    [drift] = drifts(weekly(*[(96, 100)] * 8, *[(88, 100)] * 4), clock.now().date().replace(year=2026, month=11, day=25))
    assert said_of(drift) == ("Fewer on time on HAM → DE since the week of 26 Oct: 88.0 % of 400 parcels, 96.0 % of 800 in the eight weeks before. The intervals do not overlap.")

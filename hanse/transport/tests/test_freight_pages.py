"""The pages and the API of tenders, carriers' bills and claims."""

import json
from contextlib import nullcontext
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile

from hanse.edge.cli import main
from hanse.kernel import clock
from hanse.transport import freight_file
from hanse.transport.models import Claim, FreightInvoice, Load
from hanse.transport.propose_claim import ProposeClaim, propose_claim
from hanse.transport.receive_freight_invoice import BilledLine, ReceiveFreightInvoice

from .road import carriers, on_its_way
from .test_api import ask  # noqa: F401
from .test_pages import window

D = Decimal
BESIDE = {"carrier": "UPS", "invoice": "I-1", "date": "2026-11-16", "currency": "EUR"}


@pytest.mark.parametrize("text, beside, found", [
    ("tracking,amount\n1Z-7,5.00\n1Z-8,-1", BESIDE, [ReceiveFreightInvoice("UPS", "I-1", date(2026, 11, 16), "EUR", (BilledLine("1Z-7", D("5.00")), BilledLine("1Z-8", D(-1))))]),
    ("Carrier;Invoice;Date;Currency;Tracking;Kind;Amount;Billed_kg\nUPS;I-1;2026-11-16;eur;A;fuel;1.5;2.5\nUPS;I-2;2026-11-16;EUR;B;;2;\n", {}, [
        ReceiveFreightInvoice("UPS", "I-1", date(2026, 11, 16), "EUR", (BilledLine("A", D("1.5"), "fuel", 2500),)), ReceiveFreightInvoice("UPS", "I-2", date(2026, 11, 16), "EUR", (BilledLine("B", D(2)),))]),
])
def test_a_file_holds_one_bill_or_several(text, beside, found):
    assert freight_file.read(text.encode(), beside) == found


@pytest.mark.parametrize("body, beside, wrong", [
    (b"tracking,amount\n1Z-7,5,00\n,x", BESIDE, ["Line 3: the tracking number is missing or too long.", "Line 3: x is no amount such as 12.50."]),
    (b"tracking,amount\n1Z-7,1e5", {}, ["Line 2: the carrier is missing.", "Line 2: the invoice is missing.", "Line 2: the date is missing.", "Line 2: the currency is missing.", "Line 2: 1e5 is no amount such as 12.50."]),
    (b"tracking,amount,billed_g\n1Z-7,1,-5", BESIDE | {"date": "16.11.2026"}, ["Line 2: 16.11.2026 is no day such as 2026-11-20.", "Line 2: -5 is no weight."]),
    (b"number;price", {}, ["There is no column tracking.", "There is no column amount."]), (b"tracking,amount,vat\n", {}, ["Column 'vat' is not known: " + ", ".join(sorted(freight_file.COLUMNS)) + " are."]),
    (b"\xff\xfe", {}, ["It is no text in UTF-8."]), (b"tracking,amount\n", BESIDE, ["There are no lines in it."]), (b"x" * 5_000_001, {}, ["A file has at most 5 MB."]),
])
def test_what_cannot_be_read_is_told_by_line_all_at_once(body, beside, wrong):
    with pytest.raises(freight_file.BadFile) as bad:
        freight_file.read(body, beside)
    assert bad.value.findings == wrong


def upload(client, text: str, key: str = "k1", **more):
    return client.post("/freight-invoices/file", {"file": SimpleUploadedFile("bill.csv", text.encode()), "key": key, "carrier": "UPS", "invoice": "I-1", "date": "2026-11-16", "currency": "EUR"} | more, follow=True)


def test_a_file_is_taken_in_once_and_its_bill_shows_what_differs(given):
    on_its_way(given)
    client = window(given, "fiona", "finance")
    page = upload(client, "tracking,amount,billed_g\n1Z-7,6.20,900\n1Z-8,5.00,\n").content.decode()
    assert "2 of 2 lines disputed" in page and "5.00 EUR expected by the cost of its lane, 6.20 billed." in page and "not our parcel" in page and "+1.20" in page and "settle by" in page
    assert "was taken before" in upload(client, "tracking,amount,billed_g\n1Z-7,6.20,900\n1Z-8,5.00,\n", key="k2").content.decode() and FreightInvoice.objects.count() == 1
    assert "with other content" in upload(client, "tracking,amount\n1Z-7,6.20\n", key="k3").content.decode()
    assert "Line 2: x is no amount" in upload(client, "tracking,amount\n1Z-7,x\n", key="k4").content.decode()
    assert "Choose a file." in client.post("/freight-invoices/file", {"key": "k5"}).content.decode()
    one = f"/freight-invoices/{FreightInvoice.objects.get().id}"
    assert "Say why." in client.post(f"{one}/accept", {"position": "1", "reason": "", "key": "a"}, follow=True).content.decode()
    assert "accepted, as agreed" in client.post(f"{one}/accept", {"position": "1", "reason": "as agreed", "key": "b"}, follow=True).content.decode()
    assert "of 5.00 EUR credited" in client.post(f"{one}/answer", {"position": "2", "outcome": "credit", "key": "c"}, follow=True).content.decode()
    assert "6.20 EUR of freight invoice UPS/I-1 paid with bank 7" in client.post(f"{one}/pay", {"ref": "bank 7", "key": "d"}, follow=True).content.decode()
    assert "disputed, photo 3" in client.post(f"{one}/dispute", {"position": "1", "amount": "2", "evidence": "photo 3", "key": "e"}, follow=True).content.decode()
    listed = client.get("/freight-invoices").content.decode()
    assert "I-1" in listed and "photo 3" in listed and "Open disputes" in listed and client.get("/freight-invoices/999").status_code == 404


def test_who_may_not_sees_the_bill_without_buttons(given):
    on_its_way(given)
    upload(window(given, "fiona", "finance"), "tracking,amount\n1Z-7,6.20\n")
    reader = window(given, "rita", "read-only")
    page = reader.get(f"/freight-invoices/{FreightInvoice.objects.get().id}").content.decode()
    assert "rate differs" in page and "Accept a disputed line" not in page and "Book it as paid" not in page
    assert upload(reader, "tracking,amount\n1Z-7,1\n", invoice="I-9").status_code == 403 and FreightInvoice.objects.count() == 1


def test_a_load_is_tendered_and_answered_on_its_page(given):
    carriers()
    given.site()
    client = window(given)
    assert "No routing guides yet" in client.get("/routing-guides").content.decode()
    guide = {"site": "HAM", "country": "de", "currency": "EUR", "carrier1": "UPS", "rate1": "400", "minutes1": "60", "carrier2": "USPS", "rate2": "x", "minutes2": "60"}
    assert "An amount, such as 420.00." in client.post("/routing-guides/keep", guide | {"key": "g1"}).content.decode()
    assert "HAM → DE" in client.post("/routing-guides/keep", guide | {"rate2": "450", "key": "g2"}, follow=True).content.decode()
    soon = {name: f"{clock.now() + timedelta(hours=h):%Y-%m-%dT%H:%M}" for name, h in (("pickup_from", 5), ("pickup_until", 7))}
    assert "Name the country" in client.post("/tenders/new", soon | {"site": "HAM", "key": "t1"}).content.decode()
    page = client.post("/tenders/new", soon | {"site": "HAM", "country": "DE", "load": "T-1", "key": "t2"}, follow=True).content.decode()
    assert "What does UPS say?" in page and "T-1" in client.get("/tenders").content.decode()
    assert "Say why." in client.post("/tenders/T-1/answer", {"answer": "decline", "key": "a1"}).content.decode()
    assert "What does USPS say?" in client.post("/tenders/T-1/answer", {"answer": "decline", "reason": "no truck", "key": "a2"}, follow=True).content.decode()
    page = client.post("/tenders/T-1/answer", {"answer": "accept", "pickup_number": "PU-7", "key": "a3"}, follow=True).content.decode()
    assert "PU-7" in page and "no truck" in page and "T-1" in client.get("/tenders?view=accepted").content.decode()
    assert "Cancelled" in client.post("/tenders/T-1/cancel", {"reason": "off", "key": "c1"}, follow=True).content.decode() and Load.objects.get().cancelled_by == "tara"
    assert client.get("/tenders/NO").status_code == 404


def test_a_proposed_claim_is_filed_and_answered_on_its_page(given):
    sent = on_its_way(given)
    client = window(given)
    assert "Nothing to file" in client.get("/claims").content.decode()
    [told] = propose_claim([ProposeClaim(sent.parcel, "UPS", "loss")], by="ann")
    assert told.claim in client.get("/claims").content.decode() and "CMR: a year" in client.get(f"/claims/{told.claim}").content.decode()
    page = client.post(f"/claims/{told.claim}/file", {"amount": "45", "evidence": "nobody has seen it", "key": "f1"}, follow=True).content.decode()
    assert "45.00 €" in page and "nobody has seen it" in page and "What does" in page
    assert "Say why." in client.post(f"/claims/{told.claim}/answer", {"answer": "declined", "key": "a1"}).content.decode()
    assert "30.00 €" in client.post(f"/claims/{told.claim}/answer", {"answer": "paid", "amount": "30", "key": "a2"}, follow=True).content.decode()
    with clock.standing_at(clock.now() + timedelta(days=40)):
        Claim.objects.update(state="filed", decided_at=None, paid=0)
        assert "Acknowledgement overdue" in client.get("/claims?view=overdue").content.decode()


def test_a_claim_is_filed_from_the_parcel(given):
    sent = on_its_way(given)
    client = window(given)
    assert f"/claims?parcel={sent.parcel}" in client.get(f"/shipments/{sent.shipment}").content.decode()
    assert f'value="{sent.parcel}"' in client.get(f"/claims?parcel={sent.parcel}").content.decode()
    assert "has not been delivered" in client.post("/claims/new", {"parcel": sent.parcel, "kind": "damage", "evidence": "x", "key": "n1"}).content.decode()
    assert "Filed" in client.post("/claims/new", {"parcel": sent.parcel, "kind": "loss", "key": "n2"}, follow=True).content.decode()


def test_all_of_it_goes_through_the_api(given, ask):  # noqa: F811
    sent = on_its_way(given)
    [kept] = ask("/routing-guides/batch", [{"site": "HAM", "country": "DE", "carriers": [{"carrier": "UPS", "rate": "400"}]}])
    assert kept["told"] == "RoutingGuideKept" and ask("/routing-guides").json()[0]["rate"] == "400.0000"
    [told] = ask("/tenders/batch", [{"site": "HAM", "country": "DE", "pickup_from": "2026-11-17T08:00:00Z", "pickup_until": "2026-11-17T10:00:00Z"}])
    assert told["told"] == "TenderSent" and ask("/loads?state=tendered").json()["items"][0]["tenders"][0]["carrier"] == "UPS"
    assert ask("/tender-answers/batch", [{"load": told["load"], "carrier": "UPS", "answer": "accept"}])[0]["told"] == "TenderAccepted"
    assert ask(f"/loads/{told['load']}").json()["state"] == "accepted"
    assert ask("/tender-cancellations/batch", [{"load": told["load"], "reason": "off"}])[0]["told"] == "LoadCancelled"
    assert ask("/freight-terms/batch", [{"carrier": "UPS", "tolerance_percent": "2", "dispute_days": 90}])[0]["dispute_days"] == 90
    bill = {"carrier": "UPS", "number": "I/1", "issued_on": "2026-11-16", "currency": "EUR", "lines": [{"tracking": sent.parcel, "amount": "6"}]}
    [taken] = ask("/freight-invoices/batch", [bill])
    assert (taken["told"], taken["disputed"]) == ("FreightInvoiceReceived", "1.0000") or taken["disputed"] == "1"
    assert ask("/freight-invoices?view=disputed").json()["items"][0]["open_disputes"] == 1 and ask("/freight-disputes").json()[0]["days_left"] == 90
    at = {"carrier": "UPS", "invoice": "I/1", "position": 1}
    assert ask("/freight-dispute-answers/batch", [at | {"outcome": "credit"}])[0]["told"] == "DisputeAnswered"
    assert ask("/freight-acceptances/batch", [at | {"reason": "x"}])[0]["refused"] == "nothing-disputed"
    assert ask("/freight-disputes/batch", [at | {"amount": "1", "evidence": "late"}])[0]["told"] == "FreightLineDisputed"
    assert ask("/freight-payments/batch", [{"carrier": "UPS", "invoice": "I/1", "ref": "b"}])[0]["amount"] in ("4.0000", "4")
    [claim] = ask("/claims/batch", [{"parcel": sent.parcel, "kind": "loss"}])
    assert ask(f"/claims/{claim['claim']}").json()["state"] == "filed" and ask("/claim-answers/batch", [{"claim": claim["claim"], "answer": "acknowledged"}])[0]["told"] == "ClaimAnswered"
    assert ask("/claims?view=open").json()["items"][0]["kind"] == "loss"


def test_the_command_takes_in_a_file(given, tmp_path, monkeypatch):
    monkeypatch.setattr("hanse.edge.cli_freight.django_ready", nullcontext)
    sent = on_its_way(given)
    (tmp_path / "bill.csv").write_text(f"tracking,amount\n{sent.parcel},6.00\n")
    run = partial(CliRunner().invoke, main, catch_exceptions=False)
    bill = ["freight", str(tmp_path / "bill.csv"), "--carrier", "UPS", "--date", "2026-11-16", "--currency", "EUR", "--json"]
    done = run([*bill, "--invoice", "I-1"])
    assert done.exit_code == 0 and json.loads(done.output)[0]["said"].startswith("Freight invoice I-1 of UPS, 6.00 EUR: 1 of 1 lines disputed")
    (tmp_path / "bill.csv").write_text(f"tracking,amount\n{sent.parcel},7.00\n")
    assert run([*bill, "--invoice", "I-1"]).exit_code == 1 and run(bill).exit_code == 1

"""Freight audit: what of a carrier's bill is owed, and why the rest is not. All findings at once, money exact."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from hanse.transport.freight_audit import FINDINGS, Before, Line, Sent, Terms, audit

D = Decimal
CHOSEN = Sent(1, True, 2000, "EUR", {"freight": D("5.00"), "fuel": D("0.60")}, "choice")
BY_LANE = Sent(2, True, 2000, "EUR", {"": D("5.00")}, "lane")
AT_HOMES = {"HOME": replace(CHOSEN, home=True, for_homes=frozenset({"residential"}), expected={"freight": D(5), "residential": D("2.00")})}
AT_HOMES |= {name: replace(CHOSEN, home=home, for_homes=frozenset({"residential"})) for name, home in (("FIRM", False), ("UNSAID", None))}
SENT = AT_HOMES | {"A": CHOSEN, "L": BY_LANE, "UNRATED": Sent(3, True), "OFF": Sent(4, left=False)}
EARLIER = [Before("A", "freight", D("5.00"), D("5.00"), "I-0", date(2026, 11, 2))]


def line(tracking: str, amount: str, kind: str = "freight", billed_g: int | None = None) -> Line:
    return Line(tracking, kind, D(amount), billed_g)


def found(lines: list[Line], *, currency: str = "EUR", before=(), terms: Terms = Terms()):  # noqa: B008
    return [(a.approved, a.disputed, a.findings) for a in audit(lines, currency, SENT, before, terms)]


@pytest.mark.parametrize("lines, told", [
    ([line("A", "5.00"), line("A", "0.60", "fuel")], [("5.00", "0", ()), ("0.60", "0", ())]),
    ([line("A", "6.10")], [("5.00", "1.10", ("rate-differs",))]),
    ([line("A", "6.10", billed_g=3000)], [("5.00", "1.10", ("weight-above",))]),
    ([line("A", "5.00", billed_g=3000)], [("5.00", "0", ("weight-above",))]),
    ([line("A", "4.20")], [("4.20", "0", ("billed-less",))]),
    ([line("A", "2.00", "residential")], [("0", "2.00", ("not-agreed",))]),
    ([line("HOME", "2.00", "residential")], [("2.00", "0", ())]),
    ([line("HOME", "2.50", "residential")], [("2.00", "0.50", ("rate-differs",))]),
    ([line("FIRM", "2.00", "residential")], [("0", "2.00", ("not-a-home",))]),
    ([line("UNSAID", "2.00", "residential")], [("0", "2.00", ("not-a-home",))]),
    ([line("A", "9.00", "address-correction")], [("0", "9.00", ("address-correction",))]),
    ([line("X", "5.00")], [("0", "5.00", ("not-ours",))]),
    ([line("OFF", "5.00")], [("0", "5.00", ("not-shipped",))]),
    ([line("UNRATED", "5.00")], [("0", "5.00", ("no-rate",))]),
    ([line("A", "5.00"), line("A", "5.00")], [("5.00", "0", ()), ("0", "5.00", ("billed-twice",))]),
    ([line("X", "5.00"), line("X", "5.00")], [("0", "5.00", ("not-ours",)), ("0", "5.00", ("not-ours", "billed-twice"))]),
    ([line("A", "-5.00"), line("X", "-1.00", "claims-credit")], [("-5.00", "0", ()), ("-1.00", "0", ())]),
])
def test_what_is_more_than_expected_is_disputed_and_the_rest_approved(lines, told):
    assert found(lines) == [(D(approved), D(disputed), findings) for approved, disputed, findings in told]
    assert {code for _, _, codes in found(lines) for code in codes} <= set(FINDINGS)


@pytest.mark.parametrize("tracking, why", [
    ("FIRM", "Residential is for homes, and it went to none."), ("UNSAID", "Residential is for homes, and nobody has said that it went to one."),
])
def test_a_charge_for_homes_is_disputed_by_what_is_known_of_the_address(tracking, why):
    assert audit([line(tracking, "2.00", "residential")], "EUR", SENT, (), Terms())[0].why == why


def test_the_cost_of_a_lane_is_for_all_lines_of_the_parcel():
    assert found([line("L", "4.00"), line("L", "1.00", "fuel"), line("L", "0.80", "residential")]) == [
        (D(4), D(0), ()), (D(1), D(0), ()), (D(0), D("0.80"), ("rate-differs",))]


def test_what_an_earlier_invoice_billed_is_not_billed_again_unless_it_was_given_back():
    assert found([line("A", "5.00")], before=EARLIER) == [(D(0), D(5), ("billed-twice",))]
    assert found([line("A", "5.00")], before=[Before("A", "freight", D(0), D(0), "I-0", date(2026, 11, 2))]) == [(D(5), D(0), ())]


def test_what_is_disputed_uses_up_nothing_of_what_was_expected():
    disputed = Before("L", "address-correction", D(9), D(0), "I-0", date(2026, 11, 2))
    assert found([line("L", "5.00")], before=[disputed]) == [(D(5), D(0), ())]
    assert found([line("L", "9.00", "address-correction"), line("L", "5.00")])[1] == (D(5), D(0), ())


def test_all_findings_come_at_once_with_their_reasons():
    [it] = audit([line("A", "7.00", "residential")], "USD", SENT, [Before("A", "residential", D(7), D(0), "I-0", date(2026, 11, 2))], Terms())
    assert it.findings == ("billed-twice", "currency-differs", "not-agreed") and it.disputed == 7 and not it.right
    assert it.why == "Billed before, on invoice I-0 of 2026-11-02. Agreed in EUR, billed in USD. Residential was not expected with this service."


@pytest.mark.parametrize("terms, amount, disputed", [
    (Terms(D(2)), "5.10", "0"), (Terms(D(2)), "5.11", "0.11"), (Terms(D(0), D("0.20")), "5.20", "0"), (Terms(D(2), D("0.20")), "5.21", "0.21"), (Terms(), "5.01", "0.01"),
])
def test_within_the_tolerance_a_difference_is_approved_beyond_it_all_of_it_is_disputed(terms, amount, disputed):
    [(approved, of, _)] = found([line("A", amount)], terms=terms)
    assert (approved, of) == (D(amount) - D(disputed), D(disputed))


def test_nothing_is_made_or_lost_between_approved_and_disputed():
    lines = [line("A", "5.55"), line("A", "0.70", "fuel"), line("L", "9.99"), line("X", "3.33"), line("A", "5.55"), line("L", "-2.00", "claims-credit")]
    for n in range(len(lines)):
        told = found(lines[: n + 1], terms=Terms(D(1), D("0.05")))
        assert sum(a + d for a, d, _ in told) == sum(x.amount for x in lines[: n + 1]) and all(d >= 0 for _, d, _ in told)

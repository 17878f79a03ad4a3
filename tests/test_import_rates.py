"""Import of what carriers charge: cards are kept whole, each row says what is wrong with it by its columns, and the same file twice changes nothing."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from hanse.edge.importer import MapWrong, run
from hanse.journal.models import Event
from hanse.network.models import Rate, RateCard, Service, ServiceZone, Surcharge

MAP = """
[format]
delimiter = ";"
decimal = ","
day = "%d.%m.%Y"

[services]
file = "services.csv"
[services.take]
carrier = "Carrier"
code = "Service"
from_on = { value = "01.01.2090" }
cut_off = "Cut-off"
pickup_on = "Days"

[rates]
file = "rates.csv"
[rates.take]
carrier = "Carrier"
service = "Service"
from_on = "From"
until_on = "Until"
zone = "Zone"
up_to_g = { product = ["To kg", { value = "1000" }], only = { column = "To kg", blank = false } }
price = "Price"

[zones]
file = "zones.csv"
[zones.take]
carrier = { value = "ELBE" }
zone = "Zone"
country = "Country"
postcode = "Postcode"
days = "Days"

[surcharges]
file = "surcharges.csv"
[surcharges.take]
carrier = { value = "ELBE" }
service = "Service"
kind = "Kind"
from_on = { value = "01.01.2090" }
percent = "Percent"
amount = "Amount"
postcodes = "Postcodes"
country = { value = "DE", only = { column = "Postcodes", blank = false } }
home = "Home"
"""
SERVICES = "Carrier;Service;Cut-off;Days\nELBE;S;15:30;0;\n".replace("0;\n", "0\n")
RATES = "Carrier;Service;From;Until;Zone;To kg;Price\n" + "".join(
    f"ELBE;{service};01.01.2090;;{zone};{to};{price}\n" for service, zone, to, price in (
        ("S", "A", "2", "4,90"), ("S", "A", "", "0,75"), ("S", "B", "2,5", "6,10"), ("X", "A", "2", "9,90"), ("X", "B", "2", "11,90")))
ZONES = "Zone;Country;Postcode;Days\nA;DE;;1\nB;DE;8;2\n"
SURCHARGES = "Service;Kind;Percent;Amount;Postcodes;Home\nS;fuel;12,25;;;\nS;remote;;3,50;25; 99;no\nS;residential;;3,10;;yes\n".replace("25; 99", '"25; 99"')


@pytest.fixture
def bring(tmp_path: Path):
    """Write files and run an import: `bring("rates", rates="…")`."""

    def brought(what: str, services: str = SERVICES, rates: str = RATES, zones: str = ZONES, surcharges: str = SURCHARGES, map: str = MAP, **how):
        for name, text in (("services", services), ("rates", rates), ("zones", zones), ("surcharges", surcharges)):
            (tmp_path / f"{name}.csv").write_text(text)
        (tmp_path / "map.toml").write_text(map)
        it = run(what, [tmp_path / f"{what}.csv"], tmp_path / "map.toml", by="ann", **how)
        assert it.read == it.accepted + it.rejected + it.repeated
        return it.read, it.accepted, it.rejected, it.repeated

    return brought


def rejects(path: Path) -> list[tuple[str, str, str]]:
    with path.open(newline="") as text:
        return [(row["row"], row["code"], row["reason"]) for row in csv.DictReader(text, delimiter=";")]


def sold(bring) -> None:
    bring("services", services="Carrier;Service;Cut-off;Days\nELBE;S;15:30;0\nELBE;X;16:00;0;1;4\n".replace("0;1;4", '"0; 1; 4"'))


def test_services_cards_and_surcharges_come_in_and_the_same_files_again_change_nothing(given, bring):
    sold(bring)
    assert [(s.code, s.cut_off.isoformat(), s.pickup_on) for s in Service.objects.order_by("code")] == [("S", "15:30:00", [0]), ("X", "16:00:00", [0, 1, 4])]
    assert bring("rates") == (7, 7, 0, 0) and bring("surcharges") == (3, 3, 0, 0)
    assert {(c.service, c.zones.count(), c.rates.count()) for c in RateCard.objects.all()} == {("S", 2, 3), ("X", 2, 2)}
    assert sorted(Rate.objects.filter(card__service="S").values_list("zone", "up_to_g", "price"), key=str) == [("A", 2_000, Decimal("4.9")), ("A", None, Decimal("0.75")), ("B", 2_500, Decimal("6.1"))]
    assert [(s.kind, s.postcodes, s.home) for s in Surcharge.objects.order_by("kind")] == [("fuel", [], False), ("remote", ["25", "99"], False), ("residential", [], True)]
    told = Event.objects.count()
    assert bring("rates") == (7, 0, 0, 7) and bring("surcharges") == (3, 0, 0, 3)
    assert Event.objects.count() == told


def test_a_dry_run_keeps_nothing(given, bring):
    sold(bring)
    assert bring("rates", dry_run=True) == (7, 7, 0, 0) and not RateCard.objects.exists()


def test_destinations_may_stand_in_the_rows_of_the_rates(given, bring):
    sold(bring)
    rates = "Carrier;Service;From;Until;Zone;To kg;Price;Country;Days\n" + "".join(f"ELBE;S;01.01.2090;31.12.2090;A;{to};{price};{land};1\n" for land in ("DE", "AT") for to, price in (("2", "5"), ("5", "7")))
    one = MAP.split("[zones]")[0] + '[zones]\n'.replace("[zones]\n", "") + 'country = "Country"\ndays = "Days"\n'
    assert bring("rates", rates=rates, map=one) == (4, 4, 0, 0)
    assert (ServiceZone.objects.count(), Rate.objects.count(), RateCard.objects.get().until_on.isoformat()) == (2, 2, "2090-12-31")


@pytest.mark.parametrize("rates, zones, told", [
    (RATES.replace("4,90", "4.90").replace("01.01.2090;;B;2,5", "01.01.2090;31.12.2091;B;2,5"), ZONES, [
        ("1", "row-unreadable", "Price: '4.90' is no number."),
        ("2", "card-incomplete", "Row 1 of rates.csv cannot be taken, and the rate card of ELBE S from 2090-01-01 is kept whole or not at all."),
        ("3", "values-refused", "Until: Row 1 of this card says another day.")]),
    (RATES.replace("B;2,5;6,10", "C;2,5;6,10").replace("A;;0,75", "A;2;0,75"), "Zone;Country;Postcode;Days\nA;DE;;1\n", [
        ("1", "card-incomplete", "Row 2 of rates.csv cannot be taken, and the rate card of ELBE S from 2090-01-01 is kept whole or not at all."),
        ("2", "values-refused", "Zone A has a price for this weight already."), ("3", "values-refused", "Zone: No destination lies in zone C."),
        ("4", "card-incomplete", "Row 5 of rates.csv cannot be taken, and the rate card of ELBE X from 2090-01-01 is kept whole or not at all."),
        ("5", "values-refused", "Zone: No destination lies in zone B.")]),
    (RATES.replace("ELBE;X", "ELBE;NONE"), ZONES, [
        (n, "service-unknown", "Service: ELBE has no service NONE. Keep the service first.") for n in ("4", "5")]),
    (RATES.replace("ELBE;S;01.01.2090;;A;2;4,90", "ELBE;S;soon;;A;2;4,90"), ZONES, [
        ("1", "row-unreadable", "From: 'soon' is no day like %d.%m.%Y."),
        *((n, "card-incomplete", f"Row 1 of rates.csv cannot be taken, and the rate card of ELBE {s} from 2090-01-01 is kept whole or not at all.") for n, s in (("2", "S"), ("3", "S"), ("4", "X"), ("5", "X")))]),
])
def test_each_row_says_all_that_is_wrong_with_it_and_a_card_is_kept_whole(given, bring, tmp_path, rates, zones, told):
    sold(bring)
    bring("rates", rates=rates, zones=zones)
    assert rejects(tmp_path / "rates.csv.rejected.csv") == told


def test_a_destination_that_is_wrong_keeps_back_all_cards_that_it_belongs_to(given, bring, tmp_path):
    sold(bring)
    assert bring("rates", zones="Zone;Country;Postcode;Days\nA;DE;;1\nB;XX;8;\n") == (7, 0, 7, 0)
    assert rejects(tmp_path / "zones.csv.rejected.csv")[1][1:] == ("values-refused", "Days: Field required.")
    assert bring("rates", zones="Zone;Country;Postcode;Days\nA;DE;;1\nB;XX;8;2\n") == (7, 0, 7, 0)
    assert rejects(tmp_path / "zones.csv.rejected.csv")[1][2] == "Country: XX is no country of ISO 3166: two capitals, such as DE."
    assert not RateCard.objects.exists()


def test_what_was_refused_is_tried_again_with_the_same_files(given, bring):
    bring("services")
    assert bring("rates") == (7, 3, 4, 0)
    sold(bring)
    assert bring("rates") == (7, 4, 0, 3)


def test_a_mapping_that_names_no_such_field_is_refused(given, bring):
    with pytest.raises(MapWrong, match=r"\[zones.take\] has no field price"):
        bring("rates", map=MAP.replace('days = "Days"', 'price = "Days"'))

"""Keeping carton types and freight contracts: each from a day on, refused with all findings at once."""

from datetime import date
from decimal import Decimal

import pytest

from hanse.network import reads
from hanse.network.keep_carton_types import KeepCartonType, keep_carton_types
from hanse.network.keep_carton_types import decide as decide_types
from hanse.network.keep_freight_contracts import KeepFreightContract, keep_freight_contracts
from hanse.network.keep_freight_contracts import decide as decide_contracts

NOW, LATER = date(2026, 1, 1), date(2026, 7, 1)
SIDES = (400, 300, 200, 408, 308, 208)


@pytest.mark.parametrize("ask, told", [
    (KeepCartonType("K", *SIDES, 300, 20_000), "Carton type K kept from 2000-01-01: 400 × 300 × 200 mm inside, 408 × 308 × 208 mm outside"),
    (KeepCartonType("K", *SIDES, 300, 20_000, from_on=NOW, until_on=LATER), "Carton type K kept from 2026-01-01 until 2026-07-01: 400 × 300 × 200 mm inside, 408 × 308 × 208 mm outside"),
    (KeepCartonType("K", 400, 300, 200, 390, 308, 208, 300, 200, sites=("XXX",), until_on=date(1999, 1, 1)),
     "Outside, K is no shorter than inside: 400 mm of length. Empty, K weighs 300 g: filled it must be allowed more. It cannot end before it begins. There is no site XXX."),
])
def test_a_carton_type_is_kept_or_all_that_is_wrong_is_said(ask, told):
    [answer] = decide_types([ask], {"HAM"})
    assert (answer.said() if hasattr(answer, "said") else answer.detail) == told


@pytest.mark.parametrize("ask, told", [
    (KeepFreightContract(5000, Decimal("0.5"), "HAM", "DHL", from_on=NOW), "Freight contract of DHL from HAM kept from 2026-01-01: size ÷ 5000, steps of 0.5"),
    (KeepFreightContract(139, Decimal(1), units="imperial"), "Freight contract of any carrier from any site kept from 2000-01-01: size ÷ 139, steps of 1"),
    (KeepFreightContract(5000, Decimal("0.0005"), "XXX", "dhl"), "There is no site XXX. Carrier codes are upper case: DHL. A step has at most three decimals."),
])
def test_a_contract_is_kept_or_all_that_is_wrong_is_said(ask, told):
    [answer] = decide_contracts([ask], {"HAM"})
    assert (answer.said() if hasattr(answer, "said") else answer.detail) == told


def test_the_version_of_the_day_holds_at_the_sites_that_are_named(given):
    given.site(), given.site("LEJ")
    keep_carton_types([
        KeepCartonType("K", *SIDES, 300, 20_000), KeepCartonType("K", *SIDES, 350, 20_000, from_on=LATER, sites=("HAM",)), KeepCartonType("OLD", *SIDES, 1, 9, until_on=NOW),
    ], by="ann")
    tares = {(site, day): [(t.code, t.tare_g) for t in reads.carton_types(site, day)] for site in ("HAM", "LEJ") for day in (NOW, LATER)}
    assert tares == {("HAM", NOW): [("K", 300), ("OLD", 1)], ("HAM", LATER): [("K", 350)], ("LEJ", NOW): [("K", 300), ("OLD", 1)], ("LEJ", LATER): [("K", 300)]}
    assert [(v.code, v.from_on) for v in reads.every_carton_type()][1] == ("K", LATER)


def test_a_sites_own_contract_wins_and_the_same_day_again_changes_it(given):
    given.site()
    keep_freight_contracts([KeepFreightContract(5000, Decimal(1)), KeepFreightContract(6000, Decimal(1), "HAM"), KeepFreightContract(4000, Decimal(1), carrier="DHL")], by="ann")
    keep_freight_contracts([KeepFreightContract(6500, Decimal(1), "HAM")], by="ann")
    assert [(c.carrier, c.divisor) for c in reads.freight_contracts("HAM", NOW)] == [("", 6500), ("DHL", 4000)]
    assert [(c.carrier, c.divisor) for c in reads.freight_contracts("LEJ", NOW)] == [("", 5000), ("DHL", 4000)]
    assert len(reads.every_freight_contract()) == 3


def test_the_same_key_twice_keeps_once(given):
    one, again = (keep_carton_types([KeepCartonType("K", *SIDES, 300, 20_000)], by="ann", key="k")[0] for _ in range(2))
    assert one == again and len(given.told("CartonTypeKept")) == 1

"""Services as tests need them: STANDARD is cheap and takes two working days, EXPRESS is dear and takes one."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hanse.network.keep_rates import KeepRates, RateGiven, ZoneGiven, keep_rates
from hanse.network.keep_services import KeepService, keep_services

OLD = date(2026, 1, 1)


def services() -> None:
    """UPS sells two parcel services to Germany, from any site."""
    standard = KeepService("UPS", "STANDARD", OLD, "Standard", max_weight_g=31_500)
    keep_services([standard, replace(standard, code="EXPRESS", name="Express")], by="ann")
    keep_rates([
        KeepRates("UPS", service, OLD, (ZoneGiven("DE", "DE", days),), (RateGiven("DE", Decimal(price), 5_000), RateGiven("DE", Decimal(1))))
        for service, days, price in (("STANDARD", 2, "4.90"), ("EXPRESS", 1, "9.90"))], by="ann")

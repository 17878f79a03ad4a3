"""People and places: names and addresses that fit their country, from a library, seeded."""

from functools import cache
from random import Random

from mimesis import Address, Person
from mimesis.locales import Locale

from hanse.kernel.places import wrong_postcode
from hanse.partners.addresses import AddressGiven

LOCALES = {"DE": Locale.DE, "AT": Locale.DE_AT, "NL": Locale.NL, "BE": Locale.NL_BE, "DK": Locale.DA, "SE": Locale.SV, "PL": Locale.PL, "CZ": Locale.CS, "FR": Locale.FR,
           "GB": Locale.EN_GB, "IT": Locale.IT, "ES": Locale.ES, "CH": Locale.DE_CH, "NO": Locale.NO, "FI": Locale.FI}  # fmt: skip
"""The countries that customers of a world may live in."""
TRADES = {"DE": ("Café {}", "Teehaus {}", "Hotel {}", "{} GmbH", "{} & Söhne KG"), "AT": ("Café {}", "Gasthof {}", "{} GmbH"), "NL": ("{} BV", "Theehuis {}"), "DK": ("{} ApS", "Café {}"),
          "SE": ("{} AB",), "PL": ("{} Sp. z o.o.",), "CZ": ("{} s.r.o.",), "BE": ("{} BVBA",), "FR": ("{} SARL",), "GB": ("{} Ltd",)}  # fmt: skip


@cache
def _library(country: str) -> tuple[Person, Address]:
    locale = LOCALES[country]
    return Person(locale, seed=0), Address(locale, seed=0)


def somebody(country: str, random: Random, business: bool) -> tuple[str, AddressGiven]:
    """A name, and an address in that country."""
    person, address = _library(country)
    seed = random.getrandbits(32)
    person.reseed(seed)
    address.reseed(seed)
    name = random.choice(TRADES.get(country, ("{}",))).format(person.last_name()) if business else person.full_name()
    street = f"{address.street_name()} {random.randrange(1, 120)}"
    return name, AddressGiven(country, "main", street=street, postcode=_postcode(country, address), city=address.city())


def _postcode(country: str, address: Address) -> str:
    """One that there can be: the library now and then draws letters that its country leaves out."""
    while wrong_postcode(country, found := address.postal_code().removeprefix("DK-")):
        pass
    return found

"""Addresses: the only writer of address versions.

An address never changes: what differs becomes a new version, and every fact names the version it used. With
a code (`main`, `dock 2`) an address is one of the party's places, and content equal to its latest version is
that version. Without one it is known by its content alone, as an order brings it along.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from annotated_types import Ge, Le

from hanse.journal.run import Run
from hanse.kernel import gs1
from hanse.kernel.asks import Country, Short, ask
from hanse.kernel.places import is_country, is_zone, wrong_postcode, zone_of
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import as_tuple

Latitude = Annotated[Decimal, Ge(-90), Le(90)]
Longitude = Annotated[Decimal, Ge(-180), Le(180)]
HOMES = {True: ", a home", False: ", no home", None: ""}
"""Whether people live at an address, said behind it."""
DEGREE = Decimal("0.000001")
"""Coordinates are kept to six decimals: about ten centimetres."""


@ask
class AddressGiven:
    """An address as somebody wrote it. Without a name it bears the party's, without a zone its country's.

    `as_written` takes a postcode that its country's pattern would refuse: from old books, or when somebody
    who knows the place insists. `home` says whether people live there; left out, nobody has said.
    """

    country: Country
    code: Short = ""
    name: Short = ""
    street: Short = ""
    postcode: Short = ""
    city: Short = ""
    region: Short = ""
    zone: Short = ""
    gln: Short = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    as_written: bool = False
    home: bool | None = None


@ask
class GivenAddress:
    """An address of a party, ready to be kept: `party` is its id."""

    party: int
    country: str
    code: str = ""
    name: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    zone: str = ""
    gln: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    home: bool | None = None


KEEP = """
WITH given AS (
  SELECT g.nr, g.party, g.code, coalesce(nullif(g.name, ''), p.name) AS name, g.street, g.postcode, g.city, g.region,
         g.country, g.zone, g.gln, g.latitude, g.longitude, g.home
    FROM unnest(%(party)s::bigint[], %(code)s::text[], %(name)s::text[], %(street)s::text[], %(postcode)s::text[],
                %(city)s::text[], %(region)s::text[], %(country)s::text[], %(zone)s::text[], %(gln)s::text[],
                %(latitude)s::numeric[], %(longitude)s::numeric[], %(home)s::boolean[]) WITH ORDINALITY
      AS g(party, code, name, street, postcode, city, region, country, zone, gln, latitude, longitude, home, nr)
    JOIN partners_party p ON p.id = g.party
), found AS MATERIALIZED (
  SELECT g.nr, f.id FROM given g CROSS JOIN LATERAL (
    SELECT a.id FROM partners_address a
     WHERE a.party_id = g.party AND a.postcode = g.postcode AND a.street = g.street AND a.code = g.code
       AND a.name = g.name AND a.city = g.city AND a.region = g.region AND a.country = g.country AND a.zone = g.zone
       AND a.gln = g.gln AND (a.latitude, a.longitude, a.home) IS NOT DISTINCT FROM (g.latitude, g.longitude, g.home)
       AND (g.code = '' OR NOT EXISTS (
             SELECT 1 FROM partners_address later
              WHERE later.party_id = a.party_id AND later.code = a.code AND later.version > a.version))
     ORDER BY a.id LIMIT 1) f
), fresh AS MATERIALIZED (
  SELECT g.*, coalesce((SELECT max(a.version) FROM partners_address a WHERE a.party_id = g.party AND a.code = g.code), 0)
              + row_number() OVER (PARTITION BY g.party, g.code ORDER BY g.nr) AS version
    FROM given g WHERE g.nr NOT IN (SELECT nr FROM found)
), made AS (
  INSERT INTO partners_address (party_id, code, version, name, street, postcode, city, region, country, zone, gln,
                                latitude, longitude, home, since)
  SELECT party, code, version, name, street, postcode, city, region, country, zone, gln, latitude, longitude, home, %(now)s
    FROM fresh ORDER BY party, code, version ON CONFLICT (party_id, code, version) DO NOTHING
  RETURNING id, party_id, code, version
)
SELECT nr, id FROM found
UNION ALL
SELECT f.nr, m.id FROM made m JOIN fresh f ON f.party = m.party_id AND f.code = m.code AND f.version = m.version
"""
TURNS = 20
"""How often a version may be taken by somebody else meanwhile before the database is called busy."""


def keep_addresses(run: Run, given: Sequence[GivenAddress]) -> list[int]:
    """The ids of the address versions with these contents, new versions where there were none; in order.

    One statement for the list; again for the few whose version another transaction took at the same moment.
    Parties must exist.
    """
    ids: dict[GivenAddress, int] = {}
    wanted = [settled(g) for g in given]
    for _ in range(TURNS):
        missing = [g for g in dict.fromkeys(wanted) if g not in ids]
        if not missing:
            return [ids[g] for g in wanted]
        ids.update((missing[nr - 1], id) for nr, id in run.rows(as_tuple, KEEP, missing))
    raise LookupError("addresses need parties that exist")


def address_of(party: int, address: AddressGiven, code: str = "") -> GivenAddress:
    """An address given with an order or a party, as one of that party's; `code` names it where it has no code."""
    return GivenAddress(
        party=party, country=address.country, code=address.code or code, name=address.name, street=address.street,
        postcode=address.postcode, city=address.city, region=address.region, zone=address.zone, gln=address.gln,
        latitude=address.latitude, longitude=address.longitude, home=address.home)


def wrong_address(address: AddressGiven, at: str = "address") -> list[Refused]:
    """Everything that is wrong with an address; `at` points to it in the ask. Empty when it can be kept."""
    wrong = []

    def say(field: str, why: str) -> None:
        wrong.append(refuse("address-wrong", at=f"{at}/{field}", why=why))

    if not is_country(address.country):
        say("country", f"{address.country} is no country of ISO 3166: two capitals, such as DE.")
    elif not address.as_written and (why := wrong_postcode(address.country, address.postcode)):
        say("postcode", f"{why}.")
    if address.zone and not is_zone(address.zone):
        wrong.append(refuse("zone-unknown", at=f"{at}/zone", zone=address.zone))
    if address.gln and (why := gs1.wrong_key(address.gln, (13,))):
        say("gln", f"{address.gln} is no GLN: {why}.")
    if (address.latitude is None) != (address.longitude is None):
        say("latitude", "A place needs both its latitude and its longitude, or neither.")
    for field, most in (("latitude", 90), ("longitude", 180)):
        degrees = getattr(address, field)
        if degrees is not None and not -most <= degrees <= most:
            wrong.append(refuse("out-of-range", at=f"{at}/{field}", field=field, low=-most, high=most, got=degrees))
    return wrong


def settled(g: GivenAddress) -> GivenAddress:
    """The address with the zone of its country filled in and its coordinates as they are kept."""
    if g.zone and g.latitude is None:
        return g
    return GivenAddress(
        g.party, g.country, g.code, g.name, g.street, g.postcode, g.city, g.region, g.zone or zone_of(g.country), g.gln,
        g.latitude if g.latitude is None else g.latitude.quantize(DEGREE),
        g.longitude if g.longitude is None else g.longitude.quantize(DEGREE), g.home)

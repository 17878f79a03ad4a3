"""Keeping sites: with zones, bins and lanes; a dock for what arrives."""

from datetime import time
from decimal import Decimal

import pytest

from hanse.journal.models import Event
from hanse.network.keep import KeepSite, Known, decide, keep_sites
from hanse.network.models import Bin, Lane, Site
from hanse.network.place import BinGiven, LaneGiven, Place
from hanse.network.reads import lanes_to, sites

KNOWN = Known({"HAM": Place("HAM", "DE", "HAM", "Europe/Berlin")}, {"HAM": frozenset({"fast"})}, {("HAM", "A-01"): BinGiven("A-01", "fast")})


@pytest.mark.parametrize("ask, told", [
    (KeepSite("RTM", "NL"), "Site RTM added with 1 bins and 0 lanes"),
    (KeepSite("RTM", "NL", bins=(BinGiven("A-01"), BinGiven("DOCK", walk=9)), lanes=(LaneGiven("NL", 1),)), "Site RTM added with 2 bins and 1 lanes"),
    (KeepSite("RTM"), "Nothing is no country of ISO 3166: two capitals, such as DE."),
    (KeepSite("HAM"), "Site HAM is so already"),
    (KeepSite("HAM", bins=(BinGiven("A-01", "fast"),)), "Site HAM is so already"),
    (KeepSite("HAM", cut_off=time(14), bins=(BinGiven("A-01", "slow"),)), "Site HAM changed: cut off 16:00:00 → 14:00:00, 1 zones, 1 bins"),
    (KeepSite("HAM", lanes=()), "Site HAM is so already"),
    (KeepSite("HAM", lanes=(LaneGiven("DE", 1), LaneGiven("DE", 2))), "Two lanes lead to the same place."),
    (KeepSite("HAM", zone="Europe/Hamburg"), "Europe/Hamburg is no IANA time zone."),
    (KeepSite("HAM", workdays=()), "A site works on at least one weekday: 0 is Monday, 6 is Sunday."),
    (KeepSite("HAM", sscc_prefix="12"), "A GS1 company prefix has 7 to 10 digits."),
    (KeepSite("HAM", latitude=Decimal(53)), "A place needs both its latitude and its longitude, or neither."),
])
def test_a_site_is_added_changed_kept_or_refused(ask, told):
    [answer], _ = decide([ask], KNOWN)
    assert answer.said() == told


@pytest.mark.parametrize("country, zone", [("DE", "Europe/Berlin"), ("JP", "Asia/Tokyo"), ("US", "UTC")])
def test_a_new_site_has_the_zone_of_its_country_where_there_is_one(country, zone):
    _, changed = decide([KeepSite("X", country)], KNOWN)
    assert changed.places["X"].zone == zone


def test_a_site_is_kept_with_bins_and_lanes(given):
    ask = KeepSite(
        "HAM", "DE", "Hamburg", region="HH", sscc_prefix="4012345", latitude=Decimal("53.55"), longitude=Decimal("9.99"), zones=("cold",),
        bins=(BinGiven("A-01", "fast", Decimal("1.5"), Decimal(2), walk=1), BinGiven("A-02", "fast", walk=2)),
        lanes=(LaneGiven("DE", 1, cost=Decimal("4.90")), LaneGiven("AT", 2), LaneGiven("DE", 2, region="BY")))
    keep_sites([ask], by="ann")
    site = Site.objects.get(code="HAM")
    assert (site.zone, site.workdays, site.cut_off, str(site.latitude)) == ("Europe/Berlin", [0, 1, 2, 3, 4], time(16), "53.550000")
    assert dict(Bin.objects.filter(site=site).values_list("code", "zone__code")) == {"DOCK": None, "A-01": "fast", "A-02": "fast"}
    told = Event.objects.count()
    assert [a.said() for a in keep_sites([ask], by="ann")] == ["Site HAM is so already"] and Event.objects.count() == told
    [changed] = keep_sites([KeepSite("HAM", lanes=(LaneGiven("DE", 1, cost=Decimal("5.20")),))], by="ann")
    assert changed.said() == "Site HAM changed: 1 lanes" and Lane.objects.count() == 1


def test_a_site_has_hours_and_its_lanes_have_days_that_count(given, caller):
    ask = KeepSite("HAM", "DE", opens=time(6), closes=time(22), lanes=(LaneGiven("DE", 1, transit_on=(5, 0, 1, 2, 3, 4, 5)), LaneGiven("AT", 2)))
    keep_sites([ask], by="ann")
    assert [a.said() for a in keep_sites([ask], by="ann")] == ["Site HAM is so already"]
    seen = caller("read").get("/sites/HAM").json()
    assert (seen["opens"], seen["closes"], [lane["transit_on"] for lane in seen["lanes"]]) == ("06:00:00", "22:00:00", [[], [0, 1, 2, 3, 4, 5]])
    assert keep_sites([KeepSite("HAM", closes=time(2))], by="ann")[0].said() == "Site HAM changed: closes 22:00:00 → 02:00:00"


def test_the_lane_of_a_region_wins_over_its_countrys(given):
    keep_sites([
        KeepSite("HAM", "DE", lanes=(LaneGiven("DE", 1), LaneGiven("DE", 2, region="BY"))), KeepSite("VIE", "AT", lanes=(LaneGiven("DE", 3),)),
        KeepSite("RTM", "NL", lanes=(LaneGiven("NL", 1),)),
    ], by="ann")
    assert [(lane.site, lane.days) for lane in lanes_to("DE", "BY")] == [("HAM", 2), ("VIE", 3)]
    assert [(lane.site, lane.days) for lane in lanes_to("DE")] == [("HAM", 1), ("VIE", 3)]
    assert [s.code for s in sites(5, "HAM")] == ["RTM", "VIE"]


@pytest.mark.parametrize("count", [1, 100, 1000])
def test_statements_do_not_grow_with_the_batch(given, django_assert_max_num_queries, count):
    asks = [KeepSite(f"S-{n}", "DE", bins=(BinGiven("A-01", "fast"),), lanes=(LaneGiven("DE", 1),)) for n in range(count)]
    with django_assert_max_num_queries(14):
        keep_sites(asks, by="ann")
    assert (Site.objects.count(), Bin.objects.count(), Lane.objects.count()) == (count, 2 * count, count)

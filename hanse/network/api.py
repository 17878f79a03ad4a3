"""The API of the network: sites, bins and lanes; carriers' services with what they cost."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router

from hanse.web.doors import Cursor, Limit, after, answered, answers_to, missing, page_of, page_schema, shown

from . import reads
from .approve_transit import ApproveTransit, approve_transit
from .keep import KeepSite, keep_sites
from .keep_carton_types import KeepCartonType, keep_carton_types
from .keep_floors import KeepFloor, keep_floors
from .keep_freight_contracts import KeepFreightContract, keep_freight_contracts
from .keep_rates import KeepRates, keep_rates
from .keep_services import KeepService, keep_services
from .keep_surcharges import KeepSurcharge, keep_surcharges

router = Router(tags=["network"])


@router.post("/sites/batch", response=answers_to(keep_sites))
def add_and_change_sites(request: HttpRequest, asks: Body[list[KeepSite]]) -> HttpResponse:
    """Add sites, or change those that are known, with zones, bins and lanes. One answer for each, in the same order."""
    return answered(request, keep_sites, asks)


@router.post("/carton-types/batch", response=answers_to(keep_carton_types))
def add_and_change_carton_types(request: HttpRequest, asks: Body[list[KeepCartonType]]) -> HttpResponse:
    """Add or change carton types, each from a day on. One answer for each, in the same order."""
    return answered(request, keep_carton_types, asks)


@router.get("/carton-types", response=list[reads.CartonTypeView])
def carton_types(request: HttpRequest) -> HttpResponse:
    """All carton types with all their versions."""
    return shown(reads.every_carton_type())


@router.post("/freight-contracts/batch", response=answers_to(keep_freight_contracts))
def add_and_change_freight_contracts(request: HttpRequest, asks: Body[list[KeepFreightContract]]) -> HttpResponse:
    """Say how parcels are billed that leave a site with a carrier, each from a day on. One answer for each, in the same order."""
    return answered(request, keep_freight_contracts, asks)


@router.get("/freight-contracts", response=list[reads.ContractView])
def freight_contracts(request: HttpRequest) -> HttpResponse:
    """All freight contracts."""
    return shown(reads.every_freight_contract())


@router.post("/transit-times/batch", response=answers_to(approve_transit))
def approve_transit_times(request: HttpRequest, asks: Body[list[ApproveTransit]]) -> HttpResponse:
    """Put what lanes were seen to take in force for new promises, each from a day on. One answer for each, in the same order."""
    return answered(request, approve_transit, asks)


@router.get("/transit-times", response=list[reads.TransitView])
def transit_times(request: HttpRequest) -> HttpResponse:
    """What was approved of lanes, all versions."""
    return shown(reads.every_transit())


@router.get("/sites", response=page_schema(reads.SiteView))
def sites(request: HttpRequest, cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Sites by code, with their lanes."""
    at = after(cursor, str)
    return page_of(reads.sites(limit + 1, at[0] if at else ""), limit, lambda site: site.code)


@router.get("/sites/{code}", response=reads.SiteView)
def site(request: HttpRequest, code: str) -> HttpResponse:
    """One site with its lanes."""
    found = reads.site(code)
    return shown(found) if found else missing(request, "site", code)


@router.get("/sites/{code}/bins", response=page_schema(reads.BinView))
def site_bins(request: HttpRequest, code: str, cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """The bins of a site by code."""
    at = after(cursor, str)
    if reads.site(code) is None:
        return missing(request, "site", code)
    return page_of(reads.bins(code, limit + 1, at[0] if at else ""), limit, lambda bin: bin.code)


@router.post("/floors/batch", response=answers_to(keep_floors))
def set_floors(request: HttpRequest, floors: Body[list[KeepFloor]]) -> HttpResponse:
    """Say how one walks at sites, and how they pick. A floor is kept whole."""
    return answered(request, keep_floors, floors)


@router.get("/sites/{code}/floor", response=reads.FloorView)
def site_floor(request: HttpRequest, code: str) -> HttpResponse:
    """How one walks at a site, and how it picks."""
    found = reads.floor(code)
    return shown(found) if found else missing(request, "floor of site", code)


@router.post("/services/batch", response=answers_to(keep_services))
def add_and_change_services(request: HttpRequest, asks: Body[list[KeepService]]) -> HttpResponse:
    """Add carriers' services, change them from a day on, or end them. One answer for each, in the same order."""
    return answered(request, keep_services, asks)


@router.get("/services", response=list[reads.ServiceView])
def services(request: HttpRequest) -> HttpResponse:
    """All services with all their versions."""
    return shown(reads.every_service())


@router.post("/rate-cards/batch", response=answers_to(keep_rates))
def add_rate_cards(request: HttpRequest, asks: Body[list[KeepRates]]) -> HttpResponse:
    """Say what services go to and cost, each from a day on. A card is kept whole; one that was in force stays, and may be given an end."""
    return answered(request, keep_rates, asks)


@router.get("/rate-cards", response=list[reads.CardView])
def rate_cards(request: HttpRequest) -> HttpResponse:
    """All rate cards, with how many zones and rates they have."""
    return shown(reads.every_card())


@router.get("/rate-cards/{carrier}/{service}/{from_on}", response=reads.CardWhole)
def rate_card(request: HttpRequest, carrier: str, service: str, from_on: date) -> HttpResponse:
    """One rate card with its zones and rates."""
    found = reads.card(carrier, service, from_on)
    return shown(found) if found else missing(request, "rate card", f"{carrier} {service} from {from_on}")


@router.post("/surcharges/batch", response=answers_to(keep_surcharges))
def add_and_change_surcharges(request: HttpRequest, asks: Body[list[KeepSurcharge]]) -> HttpResponse:
    """Add surcharges of services, change them from a day on, or end them. One answer for each, in the same order."""
    return answered(request, keep_surcharges, asks)


@router.get("/surcharges", response=list[reads.SurchargeView])
def surcharges(request: HttpRequest) -> HttpResponse:
    """All surcharges with all their versions."""
    return shown(reads.every_surcharge())

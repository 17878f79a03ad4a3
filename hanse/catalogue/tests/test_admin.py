"""Master data in the admin is kept by the operations: journalled, and refused in the same words."""

from datetime import date

import pytest
from django.test import Client

from hanse.catalogue.models import Item
from hanse.network.models import CartonType, FreightContract, Site
from hanse.partners.models import Party


@pytest.fixture
def admin(given):
    client = Client()
    client.force_login(given.user("ann"))
    return client


def filled(client: Client, path: str, **said: str) -> dict[str, str]:
    """The form at this address as it would be sent back, with what is said filled in."""
    form = client.get(path).context["adminform"].form
    shown = {name: form[name].value() for name in form.fields}
    plain = {name: ",".join(map(str, v)) if isinstance(v, list) else v for name, v in shown.items() if v is not None and v is not False}
    management = {f"{prefix}-{name}_FORMS": "0" for prefix in ("packs", "components", "substitutes", "contacts", "lanes") for name in ("TOTAL", "INITIAL", "MIN_NUM", "MAX_NUM")}
    return plain | management | said


def test_an_item_is_added_and_changed_by_its_operation(admin, given):
    answer = admin.post("/admin/catalogue/item/add/", filled(admin, "/admin/catalogue/item/add/", sku="BRG", name="Bearing", price="4.20", currency="EUR", gtin="96385074"))
    assert answer.status_code == 302, answer.context["errors"]
    item = Item.objects.get(sku="BRG")
    path = f"/admin/catalogue/item/{item.pk}/change/"
    answer = admin.post(path, filled(admin, path, name="Ball bearing", gtin=""))
    assert answer.status_code == 302, answer.context["errors"]
    [added], [changed] = given.told("ItemAdded"), given.told("ItemChanged")
    assert (added.item, changed.changes) == ("BRG", {"name": ["Bearing", "Ball bearing"], "gtin": ["96385074", None]})


def test_what_the_operation_refuses_stands_at_its_field(admin, given):
    answer = admin.post("/admin/catalogue/item/add/", filled(admin, "/admin/catalogue/item/add/", sku="BRG", name="Bearing", gtin="123", currency="EUX"))
    errors = answer.context["adminform"].form.errors
    assert errors == {"gtin": ["123 is no GTIN: it has 3 digits, not 8 or 12 or 13 or 14."], "currency": ["EUX is no ISO 4217 currency."]}
    assert not Item.objects.exists()


def test_parties_and_sites_are_kept_too(admin, given):
    party, site = given.customer(), given.site()
    for path, said in ((f"/admin/partners/party/{party.pk}/change/", {"payment_days": "14"}), (f"/admin/network/site/{site.pk}/change/", {"priority": "7"})):
        answer = admin.post(path, filled(admin, path, **said))
        assert answer.status_code == 302, answer.context["errors"]
    assert (Party.objects.get().payment_days, Site.objects.get().priority) == (14, 7)
    assert [e.said() for e in given.told("PartyChanged", "SiteChanged")] == ["REUTER changed: payment days 30 → 14", "Site HAM changed: priority 50 → 7"]


def test_carton_types_and_contracts_are_kept_with_the_day_from_which_they_hold(admin, given):
    given.site()
    sides = {f"{place}_{side}_mm": "100" for place in ("inner", "outer") for side in ("length", "width", "height")}
    path = "/admin/network/cartontype/add/"
    for day in ("2026-01-01", "2026-06-01"):
        answer = admin.post(path, filled(admin, path, code="K", tare_g="50", max_gross_g="900", from_on=day, sites="HAM", **sides))
        assert answer.status_code == 302, answer.context["errors"]
    later = CartonType.objects.order_by("from_on").last()
    path = f"/admin/network/cartontype/{later.pk}/change/"
    assert admin.post(path, filled(admin, path, tare_g="60")).status_code == 302
    assert list(CartonType.objects.order_by("from_on").values_list("tare_g", flat=True)) == [50, 60]
    path = "/admin/network/freightcontract/add/"
    assert admin.post(path, filled(admin, path, carrier="DHL", divisor="5000", step="0.5", from_on="2026-01-01")).status_code == 302
    assert admin.post(path, filled(admin, path, carrier="dhl", site="XXX", from_on="2026-01-01")).context["adminform"].form.errors == {
        "carrier": ["Carrier codes are upper case: DHL."], "site": ["There is no site XXX."]}
    contract = FreightContract.objects.get()
    path = f"/admin/network/freightcontract/{contract.pk}/change/"
    assert admin.post(path, filled(admin, path, divisor="6000")).status_code == 302
    assert FreightContract.objects.get().divisor == 6000


def test_items_are_retired_from_the_list(admin, given):
    item = given.item("BRG")
    admin.post("/admin/catalogue/item/", {"action": "retire", "_selected_action": [item.pk]})
    assert Item.objects.get().retired_on == date(2026, 11, 16)


@pytest.mark.parametrize("path", [
    "catalogue/item", "partners/party", "partners/address", "network/site", "network/bin", "network/cartontype", "network/freightcontract", "inventory/inbound", "inventory/lot",
    "inventory/serial", "inventory/count", "inventory/movement",
])
def test_every_list_opens(admin, given, path):
    item, site = given.item(), given.site()
    given.customer()
    given.stocked(item, site, 5)
    assert admin.get(f"/admin/{path}/").status_code == 200


def test_staff_without_the_role_may_only_look(given):
    clerk = given.user("clerk", "warehouse")
    clerk.is_staff = True
    clerk.save()
    client, item = Client(), given.item()
    client.force_login(clerk)
    assert client.get(f"/admin/catalogue/item/{item.pk}/change/").status_code == 200
    assert client.post(f"/admin/catalogue/item/{item.pk}/change/", {"name": "x"}).status_code == 403
    assert client.get("/admin/catalogue/item/add/").status_code == 403

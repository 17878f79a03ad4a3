"""The API of labels, manifests and pickups, and of how carriers are called."""

from typing import Annotated, Literal

from annotated_types import Ge, Le, MaxLen
from django.http import HttpRequest, HttpResponse
from ninja import Body, Router

from hanse.web.doors import Cursor, Limit, after, answered, answers_to, missing, page_of, page_schema, shown

from . import label_reads, manifest_paper
from .book_pickups import BookPickup, book_pickups
from .cancel_pickups import CancelPickup, cancel_pickups
from .change_pickups import ChangePickup, change_pickups
from .close_manifests import CloseManifest, close_manifests
from .connect_carriers import ConnectCarrier, connect_carriers
from .expire_labels import ExpireLabel, expire_labels
from .record_label import RecordLabel, record_label
from .record_manifest import RecordManifest, record_manifest
from .record_pickup import RecordPickup, record_pickup
from .record_unsold import RecordUnsold, record_unsold
from .record_void import RecordVoid, record_void
from .void_labels import VoidLabel, void_labels
from .want_labels import WantLabel, want_labels

router = Router(tags=["labels"])
KINDS = {"PDF": "application/pdf", "PNG": "image/png", "GIF": "image/gif"}
Word = Annotated[str, MaxLen(200)]
Number = Annotated[int, Ge(1), Le(2**63 - 1)]
PAPER = {"responses": {200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}, "text/plain": {"schema": {"type": "string"}}}}}}


@router.post("/carrier-connections/batch", response=answers_to(connect_carriers))
def connect(request: HttpRequest, connections: Body[list[ConnectCarrier]]) -> HttpResponse:
    """Say by which adapter carriers are called. Secrets are named by variables of the environment, never sent."""
    return answered(request, connect_carriers, connections)


@router.get("/carrier-connections", response=page_schema(label_reads.ConnectionRow))
def connections(request: HttpRequest) -> HttpResponse:
    """How each carrier is called; of secrets only the names of their variables."""
    return page_of(label_reads.connections(), 10_000, lambda row: row.carrier)


@router.post("/labels/batch", response=answers_to(want_labels))
def want(request: HttpRequest, labels: Body[list[WantLabel]]) -> HttpResponse:
    """Ask carriers for the labels of cartons. The carrier is called afterwards; the label is `asked` until it answers."""
    return answered(request, want_labels, labels)


@router.post("/labels/voids/batch", response=answers_to(void_labels))
def void(request: HttpRequest, labels: Body[list[VoidLabel]]) -> HttpResponse:
    """Give labels back that nobody will use."""
    return answered(request, void_labels, labels)


@router.post("/labels/purchases/batch", response=answers_to(record_label))
def purchases(request: HttpRequest, labels: Body[list[RecordLabel]]) -> HttpResponse:
    """Record labels that a carrier sold, for whoever calls carriers on our behalf."""
    return answered(request, record_label, labels)


@router.post("/labels/refusals/batch", response=answers_to(record_unsold))
def refusals(request: HttpRequest, labels: Body[list[RecordUnsold]]) -> HttpResponse:
    """Record that a carrier sells no label."""
    return answered(request, record_unsold, labels)


@router.post("/labels/void-answers/batch", response=answers_to(record_void))
def void_answers(request: HttpRequest, labels: Body[list[RecordVoid]]) -> HttpResponse:
    """Record what a carrier says to labels that are given back."""
    return answered(request, record_void, labels)


@router.post("/labels/expiries/batch", response=answers_to(expire_labels))
def expiries(request: HttpRequest, labels: Body[list[ExpireLabel]]) -> HttpResponse:
    """Expire labels whose days are over. It happens by itself each night."""
    return answered(request, expire_labels, labels)


@router.get("/labels", response=page_schema(label_reads.LabelRow))
def labels(request: HttpRequest, view: Literal["look", "risk", "asked", "used", "all"] = "all", site: Word = "", carrier: Word = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Labels of the ledger, the newest first; `view=look` are those that need a look, `view=risk` those that were bought and are not used."""
    at = after(cursor, int)
    return page_of(label_reads.labels(view, site, carrier, before=max(at[0], 0) if at else 0, limit=limit + 1), limit, lambda row: row.label)


@router.get("/labels/risk", response=list[label_reads.Risk])
def risk(request: HttpRequest) -> HttpResponse:
    """The money in labels that nobody used, by currency: at risk, and lost in the last thirty days."""
    return shown(label_reads.at_risk())


@router.get("/labels/{label}/document", openapi_extra=PAPER)
def document(request: HttpRequest, label: Number) -> HttpResponse:
    """The paper of a label as its carrier gave it: PDF, or what its printer takes."""
    found = label_reads.document(label)
    if found is None:
        return missing(request, "label", str(label))
    return HttpResponse(found[1], content_type=KINDS.get(found[0], "text/plain; charset=utf-8"), headers={"Content-Disposition": f'inline; filename="{found[2]}.{found[0].lower()}"'})


@router.post("/manifests/batch", response=answers_to(close_manifests))
def close(request: HttpRequest, manifests: Body[list[CloseManifest]]) -> HttpResponse:
    """Close the day of sites with carriers: all labels that are on no manifest yet."""
    return answered(request, close_manifests, manifests)


@router.post("/manifests/answers/batch", response=answers_to(record_manifest))
def manifest_answers(request: HttpRequest, manifests: Body[list[RecordManifest]]) -> HttpResponse:
    """Record what a carrier says to manifests."""
    return answered(request, record_manifest, manifests)


@router.get("/manifests", response=page_schema(label_reads.ManifestRow))
def manifests(request: HttpRequest, site: Word = "", carrier: Word = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Manifests, the newest first."""
    at = after(cursor, int)
    return page_of(label_reads.manifests(site, carrier, before=max(at[0], 0) if at else 0, limit=limit + 1), limit, lambda row: row.manifest)


@router.get("/manifests/{manifest}/manifest.pdf", openapi_extra=PAPER)
def manifest_pdf(request: HttpRequest, manifest: Number) -> HttpResponse:
    """The paper of a closed manifest."""
    found = manifest_paper.manifest(manifest)
    if found is None:
        return missing(request, "closed manifest", f"M-{manifest}")
    return HttpResponse(manifest_paper.manifest_pdf(found), content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{found.number}.pdf"'})


@router.post("/pickups/batch", response=answers_to(book_pickups))
def book(request: HttpRequest, pickups: Body[list[BookPickup]]) -> HttpResponse:
    """Ask carriers to fetch parcels at sites."""
    return answered(request, book_pickups, pickups)


@router.post("/pickups/changes/batch", response=answers_to(change_pickups))
def change(request: HttpRequest, pickups: Body[list[ChangePickup]]) -> HttpResponse:
    """Ask carriers to fetch otherwise; what is booked stands until they have taken the change."""
    return answered(request, change_pickups, pickups)


@router.post("/pickups/cancellations/batch", response=answers_to(cancel_pickups))
def cancel(request: HttpRequest, pickups: Body[list[CancelPickup]]) -> HttpResponse:
    """Ask carriers not to come."""
    return answered(request, cancel_pickups, pickups)


@router.post("/pickups/answers/batch", response=answers_to(record_pickup))
def pickup_answers(request: HttpRequest, pickups: Body[list[RecordPickup]]) -> HttpResponse:
    """Record what carriers say to pickups."""
    return answered(request, record_pickup, pickups)


@router.get("/pickups", response=page_schema(label_reads.PickupRow))
def pickups(request: HttpRequest, site: Word = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Pickups of the last seven days and to come, the newest first."""
    at = after(cursor, int)
    return page_of(label_reads.pickups(site, before=max(at[0], 0) if at else 0, limit=limit + 1), limit, lambda row: row.pickup)

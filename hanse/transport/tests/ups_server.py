"""A server on this machine that answers as UPS does: OAuth, rating v2409, shipments v2409, pickup v2409 and tracking v1.

Its answers have the shape of UPS's own documentation; what it is asked is kept. It knows no keys, as UPS does not.
"""

import base64
import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from PIL import Image


def _gif() -> str:
    out = io.BytesIO()
    Image.new("1", (60, 40), 1).save(out, "GIF")
    return base64.b64encode(out.getvalue()).decode()


def money(value: str) -> dict[str, str]:
    return {"CurrencyCode": "EUR", "MonetaryValue": value}


DONE = {"ResponseStatus": {"Code": "1", "Description": "Success"}, "TransactionReference": {"CustomerContext": "hanse"}}


def _rated(code: str, total: str, days: str) -> dict[str, Any]:
    return {
        "Service": {"Code": code, "Description": ""}, "RatedShipmentAlert": [], "Zone": "3", "BillingWeight": {"UnitOfMeasurement": {"Code": "KGS"}, "Weight": "1.0"},
        "TransportationCharges": money(total), "BaseServiceCharge": money(total), "ServiceOptionsCharges": money("0.00"), "ItemizedCharges": [], "TotalCharges": money(total),
        "TimeInTransit": {"PickupDate": "20261116", "ServiceSummary": {"Service": {"Description": "UPS"}, "EstimatedArrival": {"BusinessDaysInTransit": days, "Arrival": {"Date": "20261118", "Time": "233000"}}}},
        "RatedPackage": [],
    }


@dataclass
class Ups:
    """What the server was asked, and how it answers: with `trouble` an error in UPS's words, after `sold` labels nothing."""

    url: str = ""
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    sold: int = 0
    voided: list[str] = field(default_factory=list)
    trouble: tuple[str, str] | None = None
    garbled: bool = False

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """The answer to one request."""
        self.asked.append((method, path, body))
        if path == "/security/v1/oauth/token":
            return 200, {"token_type": "Bearer", "issued_at": str(int(time.time() * 1000)), "client_id": "id", "access_token": "t0ken", "expires_in": "14399", "status": "approved"}
        if self.trouble:
            return 400, {"response": {"errors": [{"code": self.trouble[0], "message": self.trouble[1]}]}}
        if path.startswith("/api/rating/v2409/Shop"):
            return 200, {"RateResponse": {"Response": DONE, "RatedShipment": [_rated("11", "6.37", "2"), _rated("65", "19.80", "1")]}}
        if path == "/api/shipments/v2409/ship":
            self.sold += 1
            number = f"1ZXXXXXXXXXXXXXX{self.sold:02d}"
            label = {"ImageFormat": {"Code": "GIF", "Description": "GIF"}, "GraphicImage": "not an image" if self.garbled else _gif(), "HTMLImage": ""}
            return 200, {"ShipmentResponse": {"Response": DONE, "ShipmentResults": {
                "ShipmentCharges": {"TransportationCharges": money("6.37"), "ServiceOptionsCharges": money("0.00"), "TotalCharges": money("6.37")},
                "BillingWeight": {"UnitOfMeasurement": {"Code": "KGS"}, "Weight": "1.0"}, "ShipmentIdentificationNumber": number,
                "PackageResults": [{"TrackingNumber": number, "ServiceOptionsCharges": money("0.00"), "ShippingLabel": label}]}}}  # fmt: skip
        if path.startswith("/api/shipments/v2409/void/cancel/"):
            self.voided.append(path.rsplit("/", 1)[1])
            return 200, {"VoidShipmentResponse": {"Response": DONE, "SummaryResult": {"Status": {"Code": "1", "Description": "Voided"}}}}
        if path == "/api/pickupcreation/v2409/pickup":
            return 200, {"PickupCreationResponse": {"Response": DONE, "PRN": "2929602E9CP", "RateStatus": {"Code": "01"}, "RateResult": {"RateType": "SD", "CurrencyCode": "EUR", "GrandTotalOfAllCharge": "0.00"}}}
        if path.startswith("/api/shipments/v2409/pickup/"):
            return 200, {"PickupCancelResponse": {"Response": DONE, "PickupType": "01"}}
        if path.startswith("/api/track/v1/details/"):
            number = path.removeprefix("/api/track/v1/details/").split("?")[0]
            place = {"address": {"city": "HAMBURG", "countryCode": "DE", "country": "DE"}}
            events = [("20261117", "141500", "D", "DELIVERED", "FS"), ("20261116", "190200", "I", "Origin Scan", "OR")]
            return 200, {"trackResponse": {"shipment": [{"inquiryNumber": number, "package": [{
                "trackingNumber": number, "deliveryDate": [{"type": "DEL", "date": "20261117"}], "deliveryTime": {"type": "DEL", "endTime": "141500"}, "packageAddress": [],
                "activity": [{"location": place, "status": {"type": kind, "description": text, "code": code}, "date": day, "time": at} for day, at, kind, text, code in events],
                "service": {"code": "518", "description": "UPS Standard"}, "deliveryInformation": {"receivedBy": "REUTER"}}]}]}}  # fmt: skip
        return 404, {"response": {"errors": [{"code": "404", "message": path}]}}


@contextmanager
def ups() -> Iterator[Ups]:
    """UPS on a port of this machine."""
    it = Ups()

    class Answer(BaseHTTPRequestHandler):
        def _take(self) -> None:
            text = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            status, told = it.answer(self.command, self.path, json.loads(text) if text.startswith("{") else text)
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _take

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    it.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield it
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

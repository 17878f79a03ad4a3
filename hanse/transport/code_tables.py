"""What carriers' event codes mean, per carrier: the same letters differ between two of them.

The tables are seeded once and live in the database from then on, where each entry is dated. A code with no state
of its own tells something and moves nothing.
"""

from datetime import date

SINCE = date(2000, 1, 1)

CARRIERS: dict[str, tuple[str, str, str]] = {
    "UPS": ("UPS", "UPSN", "https://www.ups.com/track?tracknum={tracking}"),
    "FEDEX": ("FedEx", "FDEG", "https://www.fedex.com/fedextrack/?trknbr={tracking}"),
    "USPS": ("USPS", "USPS", "https://tools.usps.com/go/TrackConfirmAction?tLabels={tracking}"),
    "CANADA-POST": ("Canada Post", "", "https://www.canadapost-postescanada.ca/track-reperage/en#/details/{tracking}"),
}
"""Name, SCAC and tracking address by code."""

CODES: dict[str, dict[str, str]] = {
    "UPS": {
        "pending": "M MV MP XD OA DD",
        "picked-up": "OR PU OC OG",
        "in-transit": "I DP AA AR AF AL DS IH AP",
        "out-for-delivery": "OT OD OF",
        "delivered": "D FS KB F4",
        "on-hold": "X EX HX HD HI HS HU NH",
        "failed": "RF UR UF CC",
        "ready-for-pick-up": "RP UU AC WC",
        "delayed": "DY DE SD",
        "return-to-sender": "RS RT RH RU",
        "cancelled": "VD CA CN CV",
    },
    "FEDEX": {
        "pending": "OC OX EP MD",
        "picked-up": "PU PX OF AP",
        "in-transit": "IT IX AA AC AF AR AX DP EA EO FD LO PF PL PM SF TR",
        "out-for-delivery": "AD ED OD",
        "delivered": "DL",
        "on-hold": "CD SE HA",
        "failed": "DE",
        "ready-for-pick-up": "HL HP",
        "delayed": "DY DD PY",
        "return-to-sender": "RS RT",
        "cancelled": "CA RD",
        "": "AO",
    },
    "USPS": {"delivered": "01", "out-for-delivery": "OF", "in-transit": "TL", "": "07 A1"},
    "CANADA-POST": {"out-for-delivery": "0174", "in-transit": "0100", "delayed": "0173", "delivered": "1496", "": "20"},
}
"""Codes by state, per carrier."""


def codes_of(carrier: str) -> dict[str, str]:
    """State by code of one carrier."""
    return {code: state for state, codes in CODES[carrier].items() for code in codes.split()}

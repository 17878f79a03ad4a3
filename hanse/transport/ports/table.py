"""The table adapter: our own rate table and our own carton label. It calls nobody, so it always answers.

For carriers that take our label and bill by an agreed price list: what the label costs is what the list says, and the
number on it is the carton's SSCC.
"""

from collections.abc import Callable, Sequence
from datetime import date

from .port import Booked, Bought, Cancelled, Collection, Day, Manifested, No, Offer, Seen, Sending, Voided

Price = Callable[[Sending], Offer | No]
Paper = Callable[[str], bytes | None]


class TablePort:
    """A carrier as our own tables know it: `price` reads the rate table, `paper` draws the carton's label."""

    def __init__(self, price: Price, paper: Paper):
        self.price, self.paper = price, paper

    def rate(self, sending: Sending) -> Sequence[Offer] | No:
        """What the service costs by the table of the day."""
        offer = self.price(sending)
        return offer if isinstance(offer, No) else [offer]

    def buy(self, sending: Sending) -> Bought | No:
        """The carton's own label, at the price of the table."""
        offer = self.price(sending)
        if isinstance(offer, No):
            return offer
        document = self.paper(sending.package.carton)
        return Bought(sending.package.carton, offer.amount, offer.currency, document, "PDF") if document else No("The carton has no label of its own any more")

    def void(self, key: str, reference: str) -> Voided | No:
        """Nothing was bought outside, so nothing is charged."""
        return Voided()

    def manifest(self, day: Day) -> Manifested | No:
        """The manifest is ours alone."""
        return Manifested()

    def book_pickup(self, collection: Collection) -> Booked | No:
        """Nobody can be asked."""
        return No("This carrier is called by nobody. Book the pickup with it directly")

    def cancel_pickup(self, number: str, on: date) -> Cancelled | No:
        """Nobody can be asked."""
        return No("This carrier is called by nobody. Cancel the pickup with it directly")

    def track(self, numbers: Sequence[str]) -> Sequence[Seen]:
        """Nothing is told."""
        return []

"""`hanse freight`: carriers' bills out of a CSV file, on the command line."""

from datetime import datetime
from pathlib import Path

import click

from .cli import FINDING, django_ready, err, json_option, main, told

DAY = click.DateTime(formats=["%Y-%m-%d"])


@main.command("freight")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--carrier", default="", help="The carrier, where the file does not say it.")
@click.option("--invoice", default="", help="The number of the bill.")
@click.option("--date", "on", type=DAY, help="The day of the bill.")
@click.option("--currency", default="", help="Its currency.")
@json_option
def freight(file: Path, carrier: str, invoice: str, on: datetime | None, currency: str, as_json: bool) -> None:
    """Take in carriers' bills and say what of them is disputed. The same file again changes nothing."""
    with django_ready():
        from hanse.journal.principals import HANSE
        from hanse.transport import freight_file
        from hanse.transport.receive_freight_invoice import receive_freight_invoice
        from hanse.web.words import in_words

        beside = {"carrier": carrier, "invoice": invoice, "date": f"{on:%Y-%m-%d}" if on else "", "currency": currency}
        try:
            asks = freight_file.read(file.read_bytes(), beside)
        except freight_file.BadFile as bad:
            for finding in bad.findings:
                err.print(finding)
            raise SystemExit(FINDING) from None
        answers = receive_freight_invoice(asks, by=HANSE)
    told([{"carrier": ask.carrier, "invoice": ask.number, "said": in_words(answer)} for ask, answer in zip(asks, answers, strict=True)], as_json, "freight invoices")
    if any(hasattr(answer, "code") for answer in answers):
        raise SystemExit(FINDING)

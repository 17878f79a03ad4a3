"""`hanse edi` and `hanse tender`: X12 messages in and out, on the command line."""

from pathlib import Path

import click

from .cli import FINDING, django_ready, err, json_option, main, told


@main.command("edi")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def edi(file: Path, as_json: bool) -> None:
    """Take in an X12 message: 990 answers a tender, 861 is a receiving advice. The same file again changes nothing."""
    with django_ready():
        from hanse.journal.principals import HANSE
        from hanse.kernel.x12 import BadX12
        from hanse.transport.edi import take
        from hanse.web.words import in_words

        try:
            taken = take(file.read_bytes().decode("utf-8"), HANSE)
        except UnicodeDecodeError:
            err.print("It is no text in UTF-8.")
            raise SystemExit(FINDING) from None
        except BadX12 as bad:
            for finding in bad.findings:
                err.print(finding)
            raise SystemExit(FINDING) from None
        said = [{"set": t.kind, "control": t.control, "said": in_words(t.answer) if t.answer else " ".join(t.findings)} for t in taken]
    told(said, as_json, "transaction sets")
    if any(t.findings or hasattr(t.answer, "code") for t in taken):
        raise SystemExit(FINDING)


@main.command("tender")
@click.argument("load")
@click.option("--sender", default="HANSE", show_default=True, help="Our id in the envelope, at most 15 characters.")
def tender(load: str, sender: str) -> None:
    """Write a load's latest tender as an X12 204."""
    with django_ready():
        from hanse.transport.edi import tender_message
        from hanse.transport.freight_reads import load as load_of

        found = load_of(load)
        if found is None:
            err.print(f"There is no load {load}.")
            raise SystemExit(FINDING)
        click.echo(tender_message(found, sender), nl=False)

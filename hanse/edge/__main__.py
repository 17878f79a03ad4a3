"""`python -m hanse.edge` is `hanse`."""

from .cli import main

main(prog_name="hanse")

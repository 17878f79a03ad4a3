"""`python -m hanse.bench`: the bench without a home of hanse's."""

import sys

from . import main

sys.exit(main(sys.argv[1:]))

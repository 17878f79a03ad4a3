"""Fonts of our papers: one with many alphabets where the machine has it, else the one reportlab brings.

Debian has the first in `fonts-dejavu-core`, the second in `fonts-liberation`.
"""

from functools import cache
from pathlib import Path

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

PLAIN, BOLD = "hanse", "hanse-bold"
FOLDERS = [Path("/usr/share/fonts/truetype/dejavu"), Path("/usr/share/fonts/truetype/liberation"), Path(reportlab.__file__).parent / "fonts"]
FILES = [("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"), ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"), ("Vera.ttf", "VeraBd.ttf")]


@cache
def register() -> Path:
    """Make the fonts known to reportlab, once per process; gives back the folder they come from."""
    for folder, (plain, bold) in zip(FOLDERS, FILES, strict=True):
        if (folder / plain).exists() and (folder / bold).exists():
            pdfmetrics.registerFont(TTFont(PLAIN, str(folder / plain)))
            pdfmetrics.registerFont(TTFont(BOLD, str(folder / bold)))
            return folder
    raise FileNotFoundError("reportlab's own fonts are missing: install it again")

"""`python -m analysis.tables` writes the reference page on statistics to standard output."""

from __future__ import annotations

import sys

from analysis.tables.reference import reference_page

if __name__ == "__main__":
    sys.stdout.write(reference_page())

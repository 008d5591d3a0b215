"""Print how many discoveries of each statistic are false, and how many planted clusters it finds.

`python -m benchmarks.discoveries [SIDE [REPLICATES [CLUSTERS]]]`: maps of SIDE x SIDE hexes with planted clusters, in
which risk is four times as high. Unless said: maps of about national size, 10 of them, a cluster for every thousand
hexes. With CLUSTERS 0 every discovery is false, so the rate is the share of maps with any.
"""

from __future__ import annotations

import sys

from tests.analysis.statistics.planted import FDR, How, honeycomb, measured


def main() -> None:
    """Print the table."""
    said = [int(text) for text in sys.argv[1:]]
    side, replicates = [*said, *[249, 10][len(said) :]][:2]
    weights = honeycomb(side)
    clusters = said[2] if len(said) > 2 else max(1, weights.n // 1000)
    lines = [f"{weights.n:,} hexes, {clusters} clusters, {replicates} maps, nominal rate {FDR}"]
    for phi in (0.0, 1.0):
        for how in How:
            found = measured(how, weights, phi=phi, clusters=clusters, replicates=replicates)
            outcome = f"false {found.fdr:.3f} (se {found.error:.3f})  found {found.power:.2f}"
            lines.append(f"dispersion {phi:g}  {how:<40} {outcome}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

"""Print how many discoveries of each statistic are false, and how many planted clusters it finds.

`python -m benchmarks.discoveries [SIDE] [REPLICATES]`: maps of SIDE x SIDE hexes, one planted cluster for about every
thousand; risk is four times as high in a cluster. Maps of about national size (SIDE 249) unless said.
"""

from __future__ import annotations

import sys

from tests.analysis.statistics.planted import FDR, How, honeycomb, measured


def main() -> None:
    """Print the table."""
    side, replicates = (int(text) for text in (sys.argv[1:] + ["249", "10"][len(sys.argv) - 1 :])[:2])
    weights = honeycomb(side)
    lines = [f"{weights.n:,} hexes, {max(1, weights.n // 1000)} clusters, {replicates} maps, nominal rate {FDR}"]
    for phi in (0.0, 1.0):
        for how in How:
            found = measured(how, weights, phi=phi, clusters=max(1, weights.n // 1000), replicates=replicates)
            lines.append(
                f"dispersion {phi:g}  {how:<40} false {found.fdr:.3f} (se {found.error:.3f})  found {found.power:.2f}"
            )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

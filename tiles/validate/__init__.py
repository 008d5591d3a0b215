"""A strict validator of vector tiles: every rule of MVT 2.1 and PMTiles 3, and what a release promises beyond them."""

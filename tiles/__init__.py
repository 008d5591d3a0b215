"""Tiles: areas as vector tiles, published values as columns that a map joins to them."""

"""Spatial statistics: one family a file, arrays in, arrays out; no I/O, no knowledge of zones."""

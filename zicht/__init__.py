"""Zicht: see where organised subversive crime stands out, without exposing anybody."""

__version__ = "0.1.0"

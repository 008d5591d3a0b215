"""Disclosure control: from counts to what may be shown."""

"""Every text of the interface, one module a language. What a release says of itself stands in its catalogue."""

"""Analysis: the confidential zone, statistics on arrays, and what is made of published tables."""

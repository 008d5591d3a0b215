"""Statistics for any table: CSV columns in, CSV columns out; one method (or group of methods) a file.

A method is added by one file that defines `METHODS`, a tuple of `Method` (see `method`); nothing else is edited, unless
it needs an option of its own (see `options`). Reading and writing stand apart in `files`; nothing else does I/O.
"""

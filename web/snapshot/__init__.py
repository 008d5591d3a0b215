"""A whole dashboard as files, for a plain host: the server's own answers, written down once."""

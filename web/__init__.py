"""The dashboard: what is published, as maps, tables, files and answers. It reads nothing but a release."""

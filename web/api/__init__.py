"""The API for programs: JSON over the same published table as every page."""

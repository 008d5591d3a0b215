"""Clusters and density of records, for the analyst's eyes: none of it becomes a release.

A record's place can point to a person. What these functions give (a label for each record, a raster of where records
lie) tells as much as the records do, so it stays where they stay. What the public sees of density is computed from
published cells alone.
"""

"""Views for people and for the map: pages, columns, tiles and downloads. One blueprint a module."""

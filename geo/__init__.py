"""Places: boundaries, grids, neighbourhoods. No observation ever enters this room."""

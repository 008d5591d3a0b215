"""Primary rules, one file each: which cells may not be shown as they are."""

// Improves pages; every page works without it.

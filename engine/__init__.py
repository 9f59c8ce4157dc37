"""Use cases, one verb a file, and the clock that calls them."""

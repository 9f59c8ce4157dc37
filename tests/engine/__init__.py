"""Use cases against a real database, one verb at a time."""

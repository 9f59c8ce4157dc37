"""Console, member and support pages, webhooks and the JSON API."""

"""Flags, support requests, on-call and deadlines; pure."""

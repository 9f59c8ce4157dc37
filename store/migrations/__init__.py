"""Alembic's environment, and the steps in versions/; `python -m store.migrations.write` drafts one."""

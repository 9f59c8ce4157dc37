"""Whole courses of events: given people, let time pass, see what each phone received."""

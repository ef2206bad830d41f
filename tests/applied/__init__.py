"""Whole roots, applied to a local cloud of their own: minutes each, so this set is run by name."""

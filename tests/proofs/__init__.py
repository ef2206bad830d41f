"""Proofs that every function gets for free: written once, over functions/*/function.json."""

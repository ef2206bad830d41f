"""Tests of the local cloud itself."""

"""The event and compute fabric: MiniStack, started and completed by this package."""

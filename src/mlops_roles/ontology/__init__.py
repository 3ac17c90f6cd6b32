"""The thin wrapper itself: load, infer, ask, explain."""

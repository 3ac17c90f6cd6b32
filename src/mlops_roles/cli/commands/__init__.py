"""The commands: one module each, found by its file name and loaded when it is called."""

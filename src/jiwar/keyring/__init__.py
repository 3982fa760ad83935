"""The secrets that one member holds."""

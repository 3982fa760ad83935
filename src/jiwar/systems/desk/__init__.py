"""The desk: what people without an account ask for at a window, and the dispatchers' work on it."""

"""Sending reminders out of the hub: which addresses it may reach, how, and when."""

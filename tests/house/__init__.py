"""What the project asks of itself, beyond what the program does."""

"""What one member holds, and what the hub does."""

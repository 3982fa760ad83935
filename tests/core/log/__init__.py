"""Records, covers, logs and what can be proven of them."""

"""The fund: a ledger of money in somebody's hand, that the care team keeps and of which the group sees figures."""

"""What people do. Pure rules over folded state; no system imports another."""

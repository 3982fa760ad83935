"""Tables as people bring them and take them away."""

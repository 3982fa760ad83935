"""What somebody needs, and what somebody can give."""

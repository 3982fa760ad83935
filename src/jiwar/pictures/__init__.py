"""Pictures without what a camera adds: decoded in a process of their own, and encoded anew from their pixels."""

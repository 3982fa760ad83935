"""Stories and checks that run in a real browser against a real hub."""

"""Members, roles, charter, invitations and rotation."""

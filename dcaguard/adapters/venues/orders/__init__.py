"""The order paths that are tested against a server that speaks the venue's own protocol."""

"""Which test shows each fault of the checklist."""

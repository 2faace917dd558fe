"""The installed command against loopback exchanges that keep a ledger of their own."""

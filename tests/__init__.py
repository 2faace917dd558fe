"""The proofs; laid out like the package they test."""

"""Venue adapters against loopback exchanges that speak the venues own wire protocols."""

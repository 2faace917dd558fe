"""Planned crypto buying on spot markets that never borrows, never buys twice and can say why."""

__version__ = "0.1.0"

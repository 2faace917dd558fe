"""Placeholder until signals commands land."""


def add_to(app: object) -> None:
    """Nothing yet."""

"""Where an order was sent: only the same login can tell that it never arrived there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Login:
    """One account at one exchange, as a key opens it."""

    exchange: str  # ccxt id, or "paper"
    place: str  # "live", "sandbox", or the base_url that the config names
    key: str  # fingerprint of the key; '' without one

    def same_place(self, other: "Login") -> bool:
        """Tell whether both are at the same exchange, and at the same place of it."""
        return (self.exchange, self.place) == (other.exchange, other.place)

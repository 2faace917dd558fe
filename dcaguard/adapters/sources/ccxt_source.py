"""What sources that ask exchanges through ccxt share: a keyless client and what its errors mean."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from dcaguard.adapters.sources import fields
from dcaguard.adapters.sources.source import Context, WebSource
from dcaguard.core.errors import (
    ConfigError,
    DataInvalidError,
    DcaguardError,
    NotPermittedError,
    ProtocolError,
    TryAgainError,
    VenueUnavailableError,
)
from dcaguard.core.source_params import SourceParams

_Result = TypeVar("_Result")


class CcxtSource(WebSource):
    """A source whose provider is an exchange, or several; keys are never used here."""

    one_host = False  # several exchanges: one that is busy says nothing of the next
    hosts: frozenset[str] = frozenset()  # type: ignore[misc]  # those of the configured exchanges

    def __init__(self, params: SourceParams, context: Context) -> None:
        """Take the person's table and what the source needs from outside."""
        super().__init__(params, context)
        self._made: dict[str, Any] = {}

    def _paths(self, exchange: str) -> tuple[str, ...]:
        """Return the paths (regular expressions) that it may GET there; any by default."""
        del exchange
        return ("/.*",)

    def _prepared(self, venue: Any) -> None:
        """Change a new client's options before it is used."""

    def _call(self, exchange: str, ask: Callable[[Any], _Result]) -> _Result:
        try:
            return ask(self._venue(exchange))
        except ConfigError:
            raise
        except (ProtocolError, NotPermittedError) as error:
            # The venues' session: what breaks a venue's rules is bad data here.
            raise DataInvalidError(f"{self.name}: {exchange}: {error}") from error
        except DcaguardError as error:
            raise VenueUnavailableError(f"{self.name}: {exchange}: {error}") from error
        except Exception as error:
            raise self._told(exchange, error) from error

    def _told(self, exchange: str, error: Exception) -> Exception:
        """Return what an error of ccxt means, without its text, which repeats whole pages."""
        # Classes of ccxt by name: its package may be loaded in part only.
        kinds = {kind.__name__ for kind in type(error).__mro__}
        where, what = f"{self.name}: {exchange}", type(error).__name__
        # Some exchanges' classes call a rate limit, or a refusal, a network error.
        status = re.search(r" (403|429) ", str(error)[:300])
        if kinds & {"RateLimitExceeded", "DDoSProtection"} or (status and status[1] == "429"):
            return TryAgainError(f"{where}: rate limit: try again later")
        if status:
            return DataInvalidError(f"{where}: HTTP 403, refused: choose another exchange")
        if "NetworkError" in kinds:
            return VenueUnavailableError(f"{where}: no answer ({what}): try again later")
        # ccxt meets a reply of another shape with whatever its parser trips over.
        return fields.ShapeError(f"{exchange} answers otherwise than expected ({what})")

    def _venue(self, exchange: str) -> Any:  # ccxt has no types of its own
        if exchange not in self._made:
            if self._context.open_exchange is None:
                msg = f"sources.{self.name}: nothing here opens {exchange}: enabled = false"
                raise ConfigError(msg)
            # Keyless, through a session that lets nothing but reads of this exchange out.
            venue = self._context.open_exchange(exchange, self._base_url, self._paths(exchange))
            self._prepared(venue)
            self._made[exchange] = venue
        return self._made[exchange]

"""Venues that list liquidations on one page: bitfinex of all markets, deribit of sessions."""

from datetime import datetime
from typing import ClassVar

from dcaguard.adapters.sources import fields
from dcaguard.adapters.sources.liquidation_lists import (
    Ask,
    Forced,
    above_zero,
    inside,
    listed,
    milliseconds,
)
from dcaguard.core.money import times


class Bitfinex:
    """All markets in one list of the newest: a position is named by the sign of its amount."""

    paths: ClassVar[tuple[str, ...]] = ("/v2/liquidations/hist",)
    limit = 500
    cut_from = 100  # a page of so many rows may have been cut off, whatever was asked for

    def page(
        self, ask: Ask, coins: tuple[str, ...], start: datetime, end: datetime
    ) -> tuple[list[tuple[str, Forced]], datetime]:
        """Return (coin, liquidation) of the wanted coins, and since when the page is complete."""
        asked = {
            "start": milliseconds(start),
            "end": milliseconds(end),
            "limit": self.limit,
            "sort": -1,
        }
        rows = fields.rows(ask("publicGetLiquidationsHist", asked), "the list")
        wanted = {f"t{coin}F0:USTF0": coin for coin in coins}
        found: dict[tuple[object, ...], tuple[str, Forced]] = {}
        times_seen = []
        for row in rows:
            cells = fields.rows(fields.rows(row, "a row")[0], "a row")
            if len(cells) < 12 or cells[0] != "pos":
                message = "bitfinex: a row is not a position's"
                raise fields.ShapeError(message)
            at = fields.instant(cells[2], "MTS")
            inside(at, start, end, "bitfinex")
            times_seen.append(at)
            # A position stands in the list twice: when it is triggered and when it is executed.
            if cells[4] in wanted and _flag(cells[8]):
                found[tuple(cells)] = (wanted[str(cells[4])], _position(at, cells))
        oldest = min(times_seen)
        return list(found.values()), oldest if len(rows) >= self.cut_from else start


def _position(at: datetime, cells: list[object]) -> Forced:
    amount = fields.number(cells[5], "AMOUNT")
    price = above_zero(fields.number(cells[11], "PRICE_ACQUIRED"), "PRICE_ACQUIRED")
    if amount == 0:
        message = "bitfinex: AMOUNT does not tell whose position it was"
        raise fields.ShapeError(message)
    return Forced(at, "long" if amount > 0 else "short", times(abs(amount), price))


def _flag(value: object) -> bool:
    flag = fields.number(value, "IS_MATCH")
    if flag not in (0, 1):
        message = "bitfinex: IS_MATCH is neither 0 nor 1"
        raise fields.ShapeError(message)
    return flag == 1


class Deribit:
    """Bankruptcies by session: neither a side nor a position, so nothing can be counted."""

    paths: ClassVar[tuple[str, ...]] = ("/api/v2/public/get_last_settlements_by_instrument",)

    def refuse(self, ask: Ask, coin: str, start: datetime) -> str:
        """Return why nothing that it lists is counted."""
        asked = {
            "instrument_name": f"{coin}-PERPETUAL",
            "type": "bankruptcy",
            "search_start_timestamp": milliseconds(start),
        }
        page = ask("publicGetGetLastSettlementsByInstrument", asked)
        rows = listed(fields.field(fields.field(page, "result"), "settlements"), "settlements")
        return (
            f"deribit {coin}: it lists bankruptcies of a session ({len(rows)} of them), which "
            "name neither side nor position: not counted: take deribit out of venues"
        )

"""Binance spot orders: our id goes out as it is, and only binance's own codes prove a rejection."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from dcaguard.adapters.venues.egress import Rule
from dcaguard.adapters.venues.line import Answer, Line
from dcaguard.adapters.venues.orders.binance_words import (
    STATUS,
    fill_of_reply,
    fill_of_trade,
    rejection,
)
from dcaguard.adapters.venues.orders.checking import (
    UnclearError,
    as_found,
    checked,
    demand,
    instant_ms,
    number,
    rows,
    table,
    word,
)
from dcaguard.adapters.venues.orders.path import (
    Instruction,
    NoAnswerError,
    OrderPath,
    answered,
    paged,
)
from dcaguard.core.money import ZERO, plain
from dcaguard.core.order import Fill, Order, Placed, VenueReport

_PAGE = 1000
_NEWEST_LIST = timedelta(hours=24)


class BinanceOrders(OrderPath):
    """Order path of binance spot, as its REST documentation states it."""

    order_types: ClassVar[frozenset[str]] = frozenset({"limit-ioc", "post-only"})
    receive_window_seconds: ClassVar[int] = 5
    free: ClassVar[tuple[Rule, ...]] = (
        Rule("GET", "/api/v3/order"),
        Rule("GET", "/api/v3/allOrders"),
        Rule("GET", "/api/v3/openOrders"),
        Rule("GET", "/api/v3/myTrades"),
        Rule("GET", "/api/v3/account"),
        Rule("DELETE", "/api/v3/order"),
    )
    order: ClassVar[tuple[Rule, ...]] = (Rule("POST", "/api/v3/order"),)

    def instruction(self, line: Line, order: Order) -> Instruction:
        """Return a LIMIT IOC, or LIMIT_MAKER for post-only."""
        maker = order.type == "post-only"
        params = {"clientOrderId": order.client_order_id, "recvWindow": 5000}
        fields = {
            "symbol": line.market_id(order.symbol),
            "side": "BUY",
            "type": "LIMIT_MAKER" if maker else "LIMIT",
            "quantity": plain(order.amount),
            "price": plain(order.limit_price),
            "newClientOrderId": order.client_order_id,
            "newOrderRespType": "FULL",
            "recvWindow": "5000",
        }
        if maker:
            params["postOnly"] = True
        else:
            params |= {"timeInForce": "IOC"}
            fields["timeInForce"] = "IOC"
        return Instruction("limit", params, fields, frozenset({"timestamp", "signature"}))

    def accepted(self, line: Line, order: Order, body: object) -> VenueReport:
        """Read a FULL reply; its fills are used when they add up."""
        reply = table(body, "the order")
        fills = [
            fill_of_reply(order, trade, instant_ms(reply, "transactTime"))
            for trade in rows(reply.get("fills", []), "fills")
        ]
        said = self._report(line, order, reply, fills)
        return said if said.fills_complete else self._with_trades(line, order, reply)

    def rejection(self, answer: Answer) -> Placed | None:
        """Return the proof by binance's own code, or None."""
        return rejection(answer)

    def reports(self, line: Line, order: Order) -> tuple[list[VenueReport], list[str]]:
        """Ask by origClientOrderId, and for a second order of that id in the list around it."""
        evidence: list[str] = []
        named = self._by_id(line, order)
        evidence.append(f"GET /api/v3/order: {'found' if named else 'no such order (-2013)'}")
        since = order.sent_at - timedelta(seconds=60) if order.sent_at else None
        if named:
            told = instant_ms(named, "time") - _NEWEST_LIST
            since = min(told, since) if since else told
        found = {word(named, "orderId"): named} if named else {}
        if since is not None:
            listed = self._all_orders(line, order.symbol, since)
            for row in listed:
                if row.get("clientOrderId") == order.client_order_id:
                    found.setdefault(word(row, "orderId"), row)
            evidence.append(
                f"GET /api/v3/allOrders: {len(listed)} orders, {len(found)} with our id"
            )
        # What was sent under our id may differ from what would be sent now (a restored backup):
        # the venue's own amount and limit bound it, not today's.
        said = [
            self._with_trades(
                line, as_found(order, number(row, "origQty"), number(row, "price")), row
            )
            for row in found.values()
        ]
        return said, evidence

    def unexplained(self, line: Line, order: Order, since: datetime) -> list[str]:
        """List orders and trades since then, and read the quote balance."""
        listed = {word(row, "orderId") for row in self._all_orders(line, order.symbol, since)}
        trades = self._trade_rows(line, {"startTime": _ms(since)}, order.symbol)
        for trade in trades:
            if word(trade, "orderId") not in listed:
                msg = f"GET /api/v3/myTrades: trade {word(trade, 'id')} belongs to no listed order"
                raise UnclearError(msg)
        quote = line.exchange.market(order.symbol)["quoteId"]
        account = table(
            answered("GET /api/v3/account", line.ask("privateGetAccount", {})), "account"
        )
        held = [
            row for row in rows(account.get("balances"), "balances") if row.get("asset") == quote
        ]
        free = plain(number(held[0], "free")) if held else "0"
        return [
            f"GET /api/v3/allOrders: {len(listed)} orders, none with our id",
            f"GET /api/v3/myTrades: {len(trades)} trades, all of other orders",
            f"GET /api/v3/account: {quote} free {free}",
        ]

    def cancel(self, line: Line, order: Order) -> Answer:
        """Ask to cancel by our id."""
        return line.ask(
            "privateDeleteOrder",
            {"symbol": line.market_id(order.symbol), "origClientOrderId": order.client_order_id},
        )

    def trades(self, line: Line, account: str, symbol: str, since: datetime) -> list[Fill]:
        """Page by trade id from the first trade since then."""
        # Binance looks at most 24 hours ahead of a startTime; further back only ids are whole.
        recent = since > line.clock.now() - _NEWEST_LIST
        place: dict[str, object] = {"startTime": _ms(since)} if recent else {"fromId": 0}

        def fetch(_: int) -> tuple[list[Fill], bool]:
            found = self._trade_rows(line, place, symbol)
            if found:
                place.clear()
                place["fromId"] = int(max(number(row, "id") for row in found)) + 1
            return [fill_of_trade(account, symbol, None, row) for row in found], len(found) == _PAGE

        return [fill for fill in paged(fetch) if fill.filled_at >= since]

    def _by_id(self, line: Line, order: Order) -> Mapping[str, object] | None:
        answer = line.ask(
            "privateGetOrder",
            {"symbol": line.market_id(order.symbol), "origClientOrderId": order.client_order_id},
        )
        body = answer.body
        if answer.status == 400 and isinstance(body, dict) and body.get("code") == -2013:
            return None
        return table(answered("GET /api/v3/order", answer), "the order")

    def _all_orders(self, line: Line, symbol: str, since: datetime) -> list[Mapping[str, object]]:
        params = {"symbol": line.market_id(symbol), "startTime": _ms(since), "limit": _PAGE}
        answer = line.ask("privateGetAllOrders", params)
        found = list(rows(answered("GET /api/v3/allOrders", answer), "the order list"))
        if len(found) >= _PAGE:
            raise NoAnswerError("GET /api/v3/allOrders: more than one page", answer)
        for row in found:
            word(row, "clientOrderId")
        return found

    def _trade_rows(
        self, line: Line, params: Mapping[str, object], symbol: str
    ) -> list[Mapping[str, object]]:
        asked = {"symbol": line.market_id(symbol), "limit": _PAGE, **params}
        answer = line.ask("privateGetMyTrades", asked)
        return list(rows(answered("GET /api/v3/myTrades", answer), "the trade list"))

    def _with_trades(self, line: Line, order: Order, row: Mapping[str, object]) -> VenueReport:
        if number(row, "executedQty") == ZERO:
            return self._report(line, order, row, [])
        found = self._trade_rows(line, {"orderId": word(row, "orderId")}, order.symbol)
        fills = [
            fill_of_trade(order.account, order.symbol, order.client_order_id, trade)
            for trade in found
            if word(trade, "orderId") == word(row, "orderId")
        ]
        return self._report(line, order, row, fills)

    def _report(
        self, line: Line, order: Order, row: Mapping[str, object], fills: list[Fill]
    ) -> VenueReport:
        demand(word(row, "clientOrderId") == order.client_order_id, "another client order id")
        demand(word(row, "symbol") == line.market_id(order.symbol), "another symbol")
        demand(word(row, "side") == "BUY", "not a purchase")
        demand(number(row, "origQty") == order.amount, "another amount")
        status = STATUS.get(word(row, "status"))
        if status is None:
            msg = "its status is not known"
            raise UnclearError(msg)
        return checked(
            order,
            VenueReport(
                client_order_id=order.client_order_id,
                venue_order_id=word(row, "orderId"),
                status=status,
                filled=number(row, "executedQty"),
                cost=number(row, "cummulativeQuoteQty"),
                fills=tuple(fills),
            ),
        )


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)

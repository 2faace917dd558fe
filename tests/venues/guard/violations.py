"""What must be found at each venue: a reply, its change, and the check that has to notice."""

from collections.abc import Callable
from typing import Any

Change = Callable[[Any], Any]
Case = tuple[str, str, Change, str]  # venue, reply, change, check


def put(path: str, value: object) -> Change:
    """Return a change that sets the value under a dotted path (digits index lists)."""

    def change(reply: Any) -> None:
        *way, last = path.split(".")
        for part in way:
            reply = reply[int(part)] if isinstance(reply, list) else reply[part]
        if isinstance(reply, list):
            reply[int(last)] = value
        else:
            reply[last] = value

    return change


def add(path: str, row: object) -> Change:
    """Return a change that appends a row to the list under a dotted path."""

    def change(reply: Any) -> Any:
        if not path:
            return [*reply, row]
        target = reply
        for part in path.split("."):
            target = target[int(part)] if isinstance(target, list) else target[part]
        target.append(row)
        return None

    return change


_ORDER = {"symbol": "BTCUSDT", "side": "SELL", "orderId": 7}
_SAPI = "/sapi/v1"
_ISO = f"{_SAPI}/margin/isolated/account"
_LOAN = {"loanCoin": "USDT", "totalDebt": "10"}
_RIGHTS = f"{_SAPI}/account/apiRestrictions"

BINANCE: list[Case] = [
    *(
        ("binance", _RIGHTS, put(right, True), "key-rights")
        for right in (
            "enableWithdrawals",
            "enableInternalTransfer",
            "permitsUniversalTransfer",
            "enableMargin",
            "enableFutures",
            "enableVanillaOptions",
            "enablePortfolioMarginTrading",
        )
    ),
    ("binance", "/api/v3/account", put("accountType", "MARGIN"), "modes"),
    ("binance", "/api/v3/account", put("balances.0.free", "-0.1"), "debt"),
    ("binance", f"{_SAPI}/margin/account", put("userAssets.0.borrowed", "0.1"), "debt"),
    ("binance", f"{_SAPI}/margin/account", put("userAssets.0.interest", "0.0001"), "interest"),
    ("binance", f"{_SAPI}/margin/account", put("userAssets.0.netAsset", "-1"), "debt"),
    ("binance", f"{_SAPI}/margin/openOrders", add("", _ORDER), "orders"),
    ("binance", _ISO, put("assets.0.quoteAsset.borrowed", "5"), "debt"),
    ("binance", _ISO, put("assets.0.baseAsset.interest", "5"), "interest"),
    ("binance", _ISO, put("assets.0.baseAsset.locked", "5"), "orders"),
    ("binance", "/fapi/v3/account", put("positions.0.positionAmt", "-0.001"), "positions"),
    ("binance", "/fapi/v3/account", put("assets.0.walletBalance", "-3"), "debt"),
    ("binance", "/fapi/v1/multiAssetsMargin", put("multiAssetsMargin", True), "modes"),
    ("binance", "/fapi/v1/openOrders", add("", _ORDER), "orders"),
    ("binance", "/fapi/v1/openAlgoOrders", add("", {"algoId": 1, "symbol": "B"}), "orders"),
    ("binance", "/dapi/v1/account", put("positions.0.positionAmt", "1"), "positions"),
    ("binance", "/dapi/v1/openOrders", add("", _ORDER), "orders"),
    ("binance", "/dapi/v1/openAlgoOrders", add("", {"algoId": 1, "symbol": "B"}), "orders"),
    ("binance", "/eapi/v1/position", add("", {"symbol": "O", "quantity": "1"}), "positions"),
    ("binance", "/eapi/v1/openOrders", add("", _ORDER), "orders"),
    (
        "binance",
        f"{_SAPI}/portfolio/account",
        lambda _: {"uniMMR": "5", "accountType": "PM_1", "accountStatus": "NORMAL"},
        "modes",
    ),
    *(
        ("binance", path, add("rows", _LOAN), "loans")
        for path in (
            "/sapi/v2/loan/flexible/ongoing/orders",
            f"{_SAPI}/loan/ongoing/orders",
            f"{_SAPI}/loan/vip/ongoing/orders",
        )
    ),
]

_K = "/0/private"
KRAKEN: list[Case] = [
    ("kraken", f"{_K}/GetApiKeyInfo", add("result.permissions", "withdraw-funds"), "key-rights"),
    (
        "kraken",
        f"{_K}/GetApiKeyInfo",
        add("result.permissions", "add-withdraw-address"),
        "key-rights",
    ),
    ("kraken", f"{_K}/BalanceEx", put("result.ZUSD.balance", "-12.5000"), "debt"),
    ("kraken", f"{_K}/BalanceEx", put("result.XXBT.credit_used", "1"), "debt"),
    ("kraken", f"{_K}/TradeBalance", put("result.m", "12500.00"), "positions"),
    (
        "kraken",
        f"{_K}/OpenPositions",
        put("result.T1", {"pair": "XXBTZUSD", "type": "buy", "vol": "0.5", "vol_closed": "0"}),
        "positions",
    ),
    ("kraken", f"{_K}/OpenOrders", put("result.open.O1.descr.leverage", "3:1"), "orders"),
]

_C = "/api/v3/brokerage"
COINBASE: list[Case] = [
    ("coinbase", f"{_C}/key_permissions", put("can_transfer", True), "key-rights"),
    ("coinbase", f"{_C}/key_permissions", put("portfolio_type", "INTX"), "modes"),
    ("coinbase", f"{_C}/accounts", put("accounts.1.available_balance.value", "-1"), "debt"),
    (
        "coinbase",
        f"{_C}/cfm/positions",
        add("positions", {"product_id": "BIP", "side": "LONG", "number_of_contracts": "2"}),
        "positions",
    ),
    (
        "coinbase",
        f"{_C}/cfm/balance_summary",
        lambda _: {"balance_summary": {"initial_margin": {"value": "1000.00"}}},
        "positions",
    ),
    (
        "coinbase",
        f"{_C}/cfm/balance_summary",
        lambda _: {"balance_summary": {"total_open_orders_hold_amount": {"value": "5"}}},
        "orders",
    ),
    (
        "coinbase",
        f"{_C}/orders/historical/batch",
        add("orders", {"order_id": "1", "product_id": "BIP", "product_type": "FUTURE"}),
        "orders",
    ),
]

_Y = "/v5"
_WALLET = f"{_Y}/account/wallet-balance"
_COIN = "result.list.0.coin.0"
_POSITION = {"symbol": "BTCUSDT", "side": "Buy", "size": "0.5", "positionValue": "25000"}
BYBIT: list[Case] = [
    *(
        ("bybit", f"{_Y}/user/query-api", put(f"result.permissions.{name}", [right]), "key-rights")
        for name, right in (
            ("Wallet", "Withdraw"),
            ("Wallet", "AccountTransfer"),
            ("ContractTrade", "Order"),
            ("Options", "OptionsTrade"),
            ("Derivatives", "DerivativesTrade"),
        )
    ),
    ("bybit", f"{_Y}/account/info", put("result.marginMode", "PORTFOLIO_MARGIN"), "modes"),
    ("bybit", f"{_Y}/spot-margin-trade/state", put("result.spotMarginMode", "1"), "modes"),
    ("bybit", _WALLET, put(f"{_COIN}.borrowAmount", "200.5"), "debt"),
    ("bybit", _WALLET, put(f"{_COIN}.spotBorrow", "0.06142"), "debt"),
    ("bybit", _WALLET, put(f"{_COIN}.accruedInterest", "0.02"), "interest"),
    ("bybit", _WALLET, put(f"{_COIN}.equity", "-0.5"), "debt"),
    ("bybit", f"{_Y}/position/list", add("result.list", _POSITION), "positions"),
    (
        "bybit",
        f"{_Y}/position/list category=linear settleCoin=USDC",
        add("result.list", _POSITION),
        "positions",
    ),
    (
        "bybit",
        f"{_Y}/position/list category=option",
        add("result.list", _POSITION),
        "positions",
    ),
    ("bybit", f"{_Y}/order/realtime", add("result.list", _ORDER), "orders"),
    ("bybit", f"{_Y}/order/realtime category=inverse", add("result.list", _ORDER), "orders"),
    (
        "bybit",
        f"{_Y}/order/realtime category=spot",
        put("result.list.0.isLeverage", "1"),
        "orders",
    ),
    ("bybit", f"{_Y}/crypto-loan-common/position", put("result.totalDebt", "10"), "loans"),
    (
        "bybit",
        f"{_Y}/crypto-loan/ongoing-orders",
        add("result.list", {"orderId": "1", "loanCurrency": "USDT"}),
        "loans",
    ),
]

_O = "/api/v5"
_CONFIG = f"{_O}/account/config"
_BALANCE = f"{_O}/account/balance"
OKX: list[Case] = [
    ("okx", _CONFIG, put("data.0.perm", "read_only,withdraw,trade"), "key-rights"),
    ("okx", _CONFIG, put("data.0.acctLv", "4"), "modes"),
    ("okx", _CONFIG, put("data.0.autoLoan", True), "modes"),
    ("okx", _CONFIG, put("data.0.enableSpotBorrow", True), "modes"),
    *(
        ("okx", _BALANCE, put(f"data.0.details.0.{name}", "0.1"), check)
        for name, check in (
            ("liab", "debt"),
            ("crossLiab", "debt"),
            ("isoLiab", "debt"),
            ("uplLiab", "debt"),
            ("interest", "interest"),
        )
    ),
    ("okx", _BALANCE, put("data.0.details.0.cashBal", "-1"), "debt"),
    ("okx", _BALANCE, put("data.0.borrowFroz", "5"), "debt"),
    ("okx", _BALANCE, put("data.0.notionalUsd", "500"), "positions"),
    (
        "okx",
        f"{_O}/account/positions",
        add("data", {"instId": "BTC-USDT-SWAP", "pos": "-1", "posSide": "net"}),
        "positions",
    ),
    ("okx", f"{_O}/trade/orders-pending", put("data.0.tdMode", "cross"), "orders"),
    ("okx", f"{_O}/trade/orders-pending", put("data.0.instType", "SWAP"), "orders"),
    (
        "okx",
        f"{_O}/trade/orders-algo-pending ordType=trigger",
        add("data", {"instType": "SWAP", "instId": "X", "tdMode": "cross", "algoId": "1"}),
        "orders",
    ),
    (
        "okx",
        f"{_O}/finance/flexible-loan/loan-info",
        add("data", {"loanNotionalUsd": "10", "loanData": [{"ccy": "USDT", "amt": "10"}]}),
        "loans",
    ),
]

_B = "/api/v2"
BITGET: list[Case] = [
    ("bitget", f"{_B}/spot/account/info", add("data.authorities", "wwow"), "key-rights"),
    ("bitget", f"{_B}/spot/account/info", add("data.authorities", "coow"), "key-rights"),
    ("bitget", f"{_B}/spot/account/assets", put("data.0.available", "-1"), "debt"),
    ("bitget", f"{_B}/margin/crossed/account/assets", put("data.0.borrow", "3"), "debt"),
    ("bitget", f"{_B}/margin/crossed/account/assets", put("data.0.interest", "3"), "interest"),
    (
        "bitget",
        f"{_B}/margin/isolated/account/assets",
        add(
            "data",
            {
                "coin": "BTC",
                "available": "0",
                "frozen": "0",
                "borrow": "1",
                "interest": "0",
                "net": "-1",
            },
        ),
        "debt",
    ),
    (
        "bitget",
        f"{_B}/margin/crossed/open-orders",
        put("data.orderList", [_ORDER]),
        "orders",
    ),
    (
        "bitget",
        f"{_B}/mix/position/all-position productType=COIN-FUTURES",
        add("data", {"symbol": "BTCUSD", "holdSide": "short", "total": "1"}),
        "positions",
    ),
    ("bitget", f"{_B}/mix/order/orders-pending", put("data.entrustedList", [_ORDER]), "orders"),
    (
        "bitget",
        f"{_B}/mix/order/orders-plan-pending",
        put("data.entrustedList", [_ORDER]),
        "orders",
    ),
    (
        "bitget",
        f"{_B}/earn/loan/ongoing-orders",
        add("data", {"orderId": "1", "loanCoin": "USDT"}),
        "loans",
    ),
]

_ITEM = {"id": "1", "symbol": "BTC-USDT", "side": "buy"}
KUCOIN: list[Case] = [
    *(
        (
            "kucoin",
            "/api/v1/user/api-key",
            put("data.permission", f"General,Spot,{right}"),
            "key-rights",
        )
        for right in ("Margin", "Futures", "Withdrawal", "Transfer", "InnerTransfer")
    ),
    ("kucoin", "/api/v1/accounts", put("data.0.balance", "-1"), "debt"),
    ("kucoin", "/api/v1/margin/account", put("data.accounts.0.liability", "3"), "debt"),
    ("kucoin", "/api/v1/margin/account", put("data.debtRatio", "0.2"), "debt"),
    ("kucoin", "/api/v3/isolated/accounts", put("data.assets.0.baseAsset.liability", "3"), "debt"),
    (
        "kucoin",
        "/api/v3/isolated/accounts",
        put("data.assets.0.quoteAsset.interest", "3"),
        "interest",
    ),
    ("kucoin", "/api/v1/orders", add("data.items", _ITEM), "orders"),
    ("kucoin", "/api/v1/stop-order", add("data.items", _ITEM), "orders"),
    ("kucoin", "/api/v1/stopOrders", add("data.items", _ITEM), "orders"),
    ("kucoin", "/api/v1/account-overview", put("data.positionMargin", 1), "positions"),
    ("kucoin", "/api/v1/positions", add("data", {"symbol": "X", "currentQty": -2}), "positions"),
]

_G = "/api/v4"
GATE: list[Case] = [
    ("gate", f"{_G}/spot/accounts", put("0.available", "-1"), "debt"),
    ("gate", f"{_G}/margin/accounts", put("0.base.borrowed", "1"), "debt"),
    ("gate", f"{_G}/margin/accounts", put("0.quote.interest", "1"), "interest"),
    ("gate", f"{_G}/margin/cross/accounts", put("balances.USDT.borrowed", "1"), "debt"),
    ("gate", f"{_G}/margin/uni/loans", add("", {"currency": "USDT", "amount": "5"}), "loans"),
    ("gate", f"{_G}/spot/open_orders", put("0.orders.0.account", "cross_margin"), "orders"),
    ("gate", f"{_G}/futures/usdt/positions", put("0.size", -5), "positions"),
    ("gate", f"{_G}/futures/usdt/orders", add("", {"contract": "B", "id": 1}), "orders"),
    ("gate", f"{_G}/futures/usdt/price_orders", add("", {"contract": "B", "id": 1}), "orders"),
    ("gate", f"{_G}/futures/usdt/accounts", put("position_margin", "12"), "positions"),
    (
        "gate",
        f"{_G}/delivery/usdt/positions",
        add("", {"contract": "B", "size": 1, "value": "1"}),
        "positions",
    ),
    ("gate", f"{_G}/options/positions", add("", {"contract": "B", "size": -1}), "positions"),
    ("gate", f"{_G}/options/orders", add("", {"contract": "B", "id": 1}), "orders"),
    ("gate", f"{_G}/loan/collateral/orders", add("", {"currency": "U", "amount": "1"}), "loans"),
    ("gate", f"{_G}/loan/multi_collateral/orders", add("", {"currency": "U"}), "loans"),
]

_SUPER = "/v1/account/accounts/100002/balance"
HTX: list[Case] = [
    ("htx", "/v2/user/api-key", put("data.0.permission", "readOnly,trade,withdraw"), "key-rights"),
    ("htx", _SUPER, put("data.list.1.balance", "-2.433"), "debt"),
    ("htx", _SUPER, put("data.list.2.balance", "-0.000533"), "interest"),
    ("htx", _SUPER, put("data.debt-balance-sum", "5"), "debt"),
    ("htx", "/v1/account/accounts/100001/balance", put("data.list.0.balance", "-5"), "debt"),
    (
        "htx",
        "/v1/margin/loan-orders",
        add("data", {"currency": "usdt", "loan-balance": "5", "interest-balance": "0"}),
        "loans",
    ),
    (
        "htx",
        "/v1/cross-margin/loan-orders",
        add("data", {"currency": "usdt", "loan-balance": "0", "interest-balance": "0.1"}),
        "loans",
    ),
    ("htx", "/v5/account/asset_mode", put("data.asset_mode", 1), "modes"),
    (
        "htx",
        "/v5/trade/position/opens",
        add("data", {"contract_code": "BTC-USDT", "direction": "sell", "volume": "1"}),
        "positions",
    ),
    ("htx", "/v5/trade/order/opens", add("data", {"contract_code": "B"}), "orders"),
    ("htx", "/v5/algo/order/opens", add("data", {"contract_code": "B"}), "orders"),
    (
        "htx",
        "/api/v1/contract_position_info",
        add("data", {"contract_code": "B", "volume": 1}),
        "positions",
    ),
    (
        "htx",
        "/swap-api/v1/swap_position_info",
        add("data", {"contract_code": "B", "volume": 1}),
        "positions",
    ),
]

_M = "/api/v1/private"
MEXC: list[Case] = [
    ("mexc", "/api/v3/account", put("balances.0.free", "-1"), "debt"),
    ("mexc", "/api/v3/account", put("accountType", "MARGIN"), "modes"),
    ("mexc", f"{_M}/account/assets", put("data.0.positionMargin", 5), "positions"),
    (
        "mexc",
        f"{_M}/position/open_positions",
        add("data", {"symbol": "ETH_USDT", "holdVol": 1}),
        "positions",
    ),
    ("mexc", f"{_M}/order/list/open_orders", add("data", {"symbol": "X"}), "orders"),
    ("mexc", f"{_M}/planorder/list/orders", add("data", {"symbol": "X"}), "orders"),
    ("mexc", f"{_M}/stoporder/open_orders", add("data", {"symbol": "X"}), "orders"),
]

_S = "/api/v2"
BITSTAMP: list[Case] = [
    ("bitstamp", f"{_S}/account_balances/", put("0.total", "-1"), "debt"),
    ("bitstamp", f"{_S}/open_orders/all/", put("0.leverage", "3"), "orders"),
    ("bitstamp", f"{_S}/open_orders/all/", put("0.margin_mode", "CROSS"), "orders"),
]

GEMINI: list[Case] = [
    ("gemini", "/v1/roles", put("isFundManager", True), "key-rights"),
    ("gemini", "/v1/balances", put("0.amount", "-1"), "debt"),
    ("gemini", "/v1/positions", add("", {"symbol": "btcgusdperp", "quantity": "1"}), "positions"),
    ("gemini", "/v1/margin/account", put("initial_margin", "5"), "positions"),
]

_F = "/v2/auth/r"
BITFINEX: list[Case] = [
    ("bitfinex", f"{_F}/permissions", put("5.2", 1), "key-rights"),
    ("bitfinex", f"{_F}/permissions", put("2.2", 1), "key-rights"),
    ("bitfinex", f"{_F}/permissions", put("3.2", 1), "key-rights"),
    ("bitfinex", f"{_F}/wallets", put("1.2", -500.25), "debt"),
    ("bitfinex", f"{_F}/wallets", put("1.3", 0.1), "interest"),
    ("bitfinex", f"{_F}/positions", add("", ["tBTCUSD", "ACTIVE", 0.0195]), "positions"),
    ("bitfinex", f"{_F}/info/margin/base", put("1.1", 0.5), "interest"),
    ("bitfinex", f"{_F}/funding/credits", add("", [1, "fUSD", -1]), "loans"),
    ("bitfinex", f"{_F}/funding/loans", add("", [1, "fUSD", -1]), "loans"),
    ("bitfinex", f"{_F}/orders", put("0.8", "LIMIT"), "orders"),
]

_PERPS = '/info "clearinghouseState"'
HYPERLIQUID: list[Case] = [
    ("hyperliquid", "/info userAbstraction", lambda _: "portfolioMargin", "modes"),
    ("hyperliquid", "/info spotClearinghouseState", put("balances.0.total", "-1"), "debt"),
    ("hyperliquid", _PERPS, put("crossMarginSummary.totalRawUsd", "-475.2"), "debt"),
    ("hyperliquid", _PERPS, put("marginSummary.totalNtlPos", "500"), "positions"),
    (
        "hyperliquid",
        _PERPS,
        add("assetPositions", {"position": {"coin": "ETH", "szi": "0.2", "positionValue": "5"}}),
        "positions",
    ),
    ("hyperliquid", "/info frontendOpenOrders", put("0.coin", "ETH"), "orders"),
]

BITVAVO: list[Case] = [
    ("bitvavo", "/v2/account", add("capabilities", "withdrawCrypto"), "key-rights"),
    ("bitvavo", "/v2/balance", put("0.available", "-1"), "debt"),
]

CASES: list[Case] = [
    *BINANCE,
    *KRAKEN,
    *COINBASE,
    *BYBIT,
    *OKX,
    *BITGET,
    *KUCOIN,
    *GATE,
    *HTX,
    *MEXC,
    *BITSTAMP,
    *GEMINI,
    *BITFINEX,
    *HYPERLIQUID,
    *BITVAVO,
]

"""Replies of a clean spot account at each venue: shapes as the venues document them."""

from typing import Any

_BITGET: dict[str, Any] = {"code": "00000", "msg": "success"}
_OKX: dict[str, Any] = {"code": "0", "msg": ""}
_KUCOIN: dict[str, Any] = {"code": "200000"}
_BYBIT: dict[str, Any] = {"retCode": 0, "retMsg": "OK"}
_HTX: dict[str, Any] = {"status": "ok"}
_HTX5: dict[str, Any] = {"code": 200, "message": "Success"}
_MEXC: dict[str, Any] = {"success": True, "code": 0}


def _coin(**more: str) -> dict[str, Any]:
    return {
        "coin": "USDT",
        "equity": "1000",
        "walletBalance": "1000",
        "borrowAmount": "0",
        "spotBorrow": "0",
        "accruedInterest": "0",
        "locked": "0",
        "totalPositionIM": "0",
    } | more


def _none(base: dict[str, Any]) -> dict[str, Any]:
    return base | {"result": {"list": [], "nextPageCursor": ""}}


BINANCE = {
    "/sapi/v1/asset/wallet/balance": [
        {"activate": name == "Spot", "balance": "1" if name == "Spot" else "0", "walletName": name}
        for name in (
            "Spot",
            "Funding",
            "Cross Margin",
            "Isolated Margin",
            "USD-M Futures",
            "COIN-M Futures",
            "Earn",
            "Options",
            "Trading Bots",
        )
    ],
    "/sapi/v1/account/apiRestrictions": {
        "ipRestrict": True,
        "createTime": 1698645219000,
        "enableReading": True,
        "enableWithdrawals": False,
        "enableInternalTransfer": False,
        "enableMargin": False,
        "enableFutures": False,
        "permitsUniversalTransfer": False,
        "enableVanillaOptions": False,
        "enableSpotAndMarginTrading": True,
        "enablePortfolioMarginTrading": False,
    },
    "/api/v3/account": {
        "accountType": "SPOT",
        "canWithdraw": True,
        "balances": [
            {"asset": "BTC", "free": "0.5", "locked": "0.1"},
            {"asset": "USDT", "free": "1000.00", "locked": "0"},
            {"asset": "LDUSDT", "free": "250", "locked": "0"},
            {"asset": "LDO", "free": "3", "locked": "0"},
        ],
        "permissions": ["SPOT"],
    },
    "/sapi/v1/margin/account": {
        "borrowEnabled": True,
        "totalLiabilityOfBtc": "0",
        "userAssets": [
            {
                "asset": "BTC",
                "borrowed": "0",
                "free": "0",
                "interest": "0",
                "locked": "0",
                "netAsset": "0",
            }
        ],
    },
    "/sapi/v1/margin/openOrders": [],
    "/sapi/v1/margin/isolated/account": {
        "assets": [
            {
                "symbol": "BTCUSDT",
                "baseAsset": {
                    "asset": "BTC",
                    "borrowed": "0",
                    "free": "0",
                    "interest": "0",
                    "locked": "0",
                    "netAsset": "0",
                },
                "quoteAsset": {
                    "asset": "USDT",
                    "borrowed": "0",
                    "free": "0",
                    "interest": "0",
                    "locked": "0",
                    "netAsset": "0",
                },
            }
        ]
    },
    "/fapi/v3/account": {
        "assets": [{"asset": "USDT", "walletBalance": "0", "availableBalance": "0"}],
        "positions": [
            {"symbol": "BTCUSDT", "positionSide": "BOTH", "positionAmt": "0", "notional": "0"}
        ],
    },
    "/fapi/v1/multiAssetsMargin": {"multiAssetsMargin": False},
    "/fapi/v1/openOrders": [],
    "/fapi/v1/openAlgoOrders": [],
    "/dapi/v1/account": {
        "assets": [{"asset": "BTC", "walletBalance": "0"}],
        "positions": [{"symbol": "BTCUSD_PERP", "positionSide": "BOTH", "positionAmt": "0"}],
    },
    "/dapi/v1/openOrders": [],
    "/dapi/v1/openAlgoOrders": [],
    "/eapi/v1/position": [],
    "/eapi/v1/openOrders": [],
    "/sapi/v1/portfolio/account": {
        "code": -21001,
        "msg": "Request ID is not a Portfolio Margin Account.",
    },
    "/sapi/v2/loan/flexible/ongoing/orders": {"rows": [], "total": 0},
    "/sapi/v1/loan/ongoing/orders": {"rows": [], "total": 0},
    "/sapi/v1/loan/vip/ongoing/orders": {"rows": [], "total": 0},
    "/sapi/v1/asset/get-funding-asset": [{"asset": "USDT", "free": "1", "locked": "0"}],
    "/sapi/v1/simple-earn/locked/position": {"rows": [], "total": 0},
}

KRAKEN = {
    "/0/private/GetApiKeyInfo": {
        "error": [],
        "result": {
            "apiKeyName": "dca",
            "permissions": ["query-funds", "query-open-trades", "modify-trades"],
            "ipAllowlist": ["203.0.113.7"],
        },
    },
    "/0/private/BalanceEx": {
        "error": [],
        "result": {
            "ZUSD": {"balance": "1000.0000", "hold_trade": "25.0"},
            "XXBT": {"balance": "1.0", "hold_trade": "0"},
            "XBT.F": {"balance": "0.2", "hold_trade": "0"},
            "XBT.M": {"balance": "0.3", "hold_trade": "0"},
            "DOT28.S": {"balance": "7", "hold_trade": "0"},
        },
    },
    "/0/private/TradeBalance": {"error": [], "result": {"eb": "1", "tb": "1", "m": "0", "n": "0"}},
    "/0/private/OpenPositions": {"error": [], "result": {}},
    "/0/private/OpenOrders": {
        "error": [],
        "result": {
            "open": {"O1": {"descr": {"pair": "XBTUSD", "type": "buy", "leverage": "none"}}}
        },
    },
}

_CB = "/api/v3/brokerage"
COINBASE = {
    f"{_CB}/key_permissions": {
        "can_view": True,
        "can_trade": True,
        "can_transfer": False,
        "portfolio_uuid": "u",
        "portfolio_type": "DEFAULT",
    },
    f"{_CB}/accounts": {
        "accounts": [
            {
                "currency": currency,
                "available_balance": {"value": "10.5", "currency": currency},
                "hold": {"value": "0.5", "currency": currency},
                "type": kind,
            }
            for currency, kind in (
                ("BTC", "ACCOUNT_TYPE_CRYPTO"),
                ("USD", "ACCOUNT_TYPE_FIAT"),
                ("ETH", "ACCOUNT_TYPE_VAULT"),
            )
        ],
        "has_next": False,
        "cursor": "",
    },
    f"{_CB}/cfm/positions": {"positions": []},
    f"{_CB}/cfm/balance_summary": {"balance_summary": None},
    f"{_CB}/orders/historical/batch": {"orders": [], "has_next": False, "cursor": ""},
}

BYBIT = {
    "/v5/user/query-api": _BYBIT
    | {
        "result": {
            "readOnly": 0,
            "permissions": {
                "ContractTrade": [],
                "Spot": ["SpotTrade"],
                "Wallet": [],
                "Options": [],
                "Derivatives": [],
            },
            "ips": ["203.0.113.7"],
            "uta": 1,
        }
    },
    "/v5/account/info": _BYBIT
    | {"result": {"marginMode": "REGULAR_MARGIN", "unifiedMarginStatus": 5}},
    "/v5/spot-margin-trade/state": _BYBIT | {"result": {"spotMarginMode": "0"}},
    "/v5/account/wallet-balance": _BYBIT
    | {"result": {"list": [{"accountType": "UNIFIED", "coin": [_coin()]}]}},
    "/v5/position/list": _none(_BYBIT),
    "/v5/position/list category=linear settleCoin=USDC": _none(_BYBIT),
    "/v5/position/list category=option": _none(_BYBIT),
    "/v5/order/realtime": _none(_BYBIT),
    "/v5/order/realtime category=inverse": _none(_BYBIT),
    "/v5/order/realtime category=spot": _BYBIT
    | {
        "result": {
            "list": [{"symbol": "BTCUSDT", "side": "Buy", "orderId": "1", "isLeverage": "0"}],
            "nextPageCursor": "",
        }
    },
    "/v5/asset/transfer/query-account-coins-balance": _BYBIT
    | {"result": {"balance": [{"coin": "USDT", "walletBalance": "3"}]}},
    "/v5/crypto-loan-common/position": _BYBIT | {"result": {"borrowList": [], "totalDebt": "0"}},
    "/v5/crypto-loan/ongoing-orders": _none(_BYBIT),
    "/v5/earn/position": _BYBIT | {"result": {"list": [{"coin": "USDT", "amount": "5"}]}},
}

OKX = {
    "/api/v5/account/config": _OKX
    | {
        "data": [
            {
                "acctLv": "1",
                "autoLoan": False,
                "enableSpotBorrow": False,
                "ip": "203.0.113.7",
                "perm": "read_only,trade",
            }
        ]
    },
    "/api/v5/account/balance": _OKX
    | {
        "data": [
            {
                "borrowFroz": "",
                "notionalUsd": "",
                "details": [
                    {
                        "ccy": "BTC",
                        "cashBal": "0.049",
                        "eq": "0.049",
                        "frozenBal": "0",
                        "liab": "",
                        "crossLiab": "",
                        "isoLiab": "",
                        "uplLiab": "",
                        "interest": "",
                    }
                ],
            }
        ]
    },
    "/api/v5/account/positions": _OKX | {"data": []},
    "/api/v5/trade/orders-pending": _OKX
    | {"data": [{"instType": "SPOT", "instId": "BTC-USDT", "tdMode": "cash", "ordId": "1"}]},
    "/api/v5/trade/orders-algo-pending": _OKX | {"data": []},
    "/api/v5/trade/orders-algo-pending ordType=trigger": _OKX | {"data": []},
    "/api/v5/asset/balances": _OKX
    | {"data": [{"ccy": "BTC", "bal": "1", "availBal": "1", "frozenBal": "0"}]},
    "/api/v5/finance/flexible-loan/loan-info": _OKX | {"data": []},
    "/api/v5/finance/savings/balance": _OKX | {"data": [{"ccy": "BTC", "amt": "0.1"}]},
    "/api/v5/finance/staking-defi/orders-active": _OKX | {"data": []},
    "/api/v5/tradingBot/grid/orders-algo-pending": _OKX | {"data": []},
    "/api/v5/tradingBot/signal/orders-algo-pending": _OKX | {"data": []},
    "/api/v5/tradingBot/dca/ongoing-list": _OKX | {"data": []},
}

_LIST = _BITGET | {"data": {"entrustedList": None}}
BITGET = {
    "/api/v3/account/settings": {
        "code": "40084",
        "msg": "You are in Classic Account mode",
        "data": None,
    },
    "/api/v2/account/all-account-balance": _BITGET
    | {"data": [{"accountType": "spot", "usdtBalance": "1"}]},
    "/api/v2/spot/account/info": _BITGET
    | {"data": {"authorities": ["readonly", "stor", "stow"], "ips": "203.0.113.7"}},
    "/api/v2/spot/account/assets": _BITGET
    | {"data": [{"coin": "USDT", "available": "7", "frozen": "1", "locked": "0"}]},
    "/api/v2/margin/crossed/account/assets": _BITGET
    | {
        "data": [
            {
                "coin": "USDT",
                "available": "0",
                "frozen": "0",
                "borrow": "0",
                "interest": "0",
                "net": "0",
            }
        ]
    },
    "/api/v2/margin/isolated/account/assets": _BITGET | {"data": []},
    "/api/v2/margin/crossed/open-orders": _BITGET | {"data": {"orderList": None}},
    "/api/v2/mix/account/accounts": _BITGET
    | {
        "data": [
            {"marginCoin": "USDT", "locked": "0", "available": "0", "accountEquity": "0"},
        ]
    },
    "/api/v2/mix/position/all-position": _BITGET | {"data": []},
    "/api/v2/mix/position/all-position productType=COIN-FUTURES": _BITGET | {"data": []},
    "/api/v2/mix/order/orders-pending": _LIST,
    "/api/v2/mix/order/orders-plan-pending": _LIST,
    "/api/v2/earn/loan/ongoing-orders": _BITGET | {"data": []},
    "/api/v2/earn/account/assets": _BITGET | {"data": [{"coin": "USDT", "amount": "2"}]},
}

BITGET_UNIFIED = {
    key: BITGET[key]
    for key in (
        "/api/v2/spot/account/info",
        "/api/v2/earn/loan/ongoing-orders",
        "/api/v2/earn/account/assets",
    )
} | {
    "/api/v3/account/settings": _BITGET
    | {"data": {"accountMode": "unified", "assetMode": "single"}},
    "/api/v3/account/assets": _BITGET
    | {
        "data": {
            "imr": "0",
            "assets": [
                {
                    "coin": "USDT",
                    "equity": "6.19",
                    "balance": "6.19",
                    "available": "6.19",
                    "debt": "0",
                    "locked": "0",
                }
            ],
        }
    },
    "/api/v3/position/current-position": _BITGET | {"data": {"list": None}},
    "/api/v3/trade/unfilled-orders": _BITGET | {"data": {"list": []}},
    "/api/v3/trade/unfilled-strategy-orders": _BITGET | {"data": {"list": []}},
    "/api/v3/account/funding-assets": _BITGET
    | {"data": [{"coin": "BGB", "available": "0.01", "frozen": "0", "balance": "0.01"}]},
}

_LEG = {"total": "0", "hold": "0", "available": "0", "liability": "0", "interest": "0"}
KUCOIN = {
    "/api/ua/v1/account/mode": _KUCOIN | {"data": {"selfAccountMode": "CLASSIC"}},
    "/api/v1/user/api-key": _KUCOIN
    | {"data": {"permission": "General,Spot", "ipWhitelist": "203.0.113.7"}},
    "/api/v1/accounts": _KUCOIN
    | {"data": [{"currency": "BTC", "balance": "1.5", "available": "1", "holds": "0.5"}]},
    "/api/v1/margin/account": _KUCOIN
    | {
        "data": {
            "debtRatio": "0",
            "accounts": [
                {
                    "currency": "USDT",
                    "totalBalance": "0",
                    "availableBalance": "0",
                    "holdBalance": "0",
                    "liability": "0",
                }
            ],
        }
    },
    "/api/v3/isolated/accounts": _KUCOIN
    | {
        "data": {
            "totalLiabilityOfQuoteCurrency": "0",
            "assets": [
                {
                    "symbol": "MANA-USDT",
                    "baseAsset": _LEG | {"currency": "MANA"},
                    "quoteAsset": _LEG | {"currency": "USDT"},
                }
            ],
        }
    },
    "/api/v1/orders": _KUCOIN | {"data": {"items": []}},
    "/api/v1/stop-order": _KUCOIN | {"data": {"items": []}},
    "/api/v1/stopOrders": _KUCOIN | {"data": {"items": []}},
    "/api/v1/account-overview": _KUCOIN
    | {
        "data": {
            "currency": "USDT",
            "accountEquity": 0,
            "availableBalance": 0,
            "positionMargin": 0,
            "orderMargin": 0,
        }
    },
    "/api/v1/positions": _KUCOIN | {"data": []},
}

_PERP = {"currency": "USDT", "total": "0", "position_margin": "0", "order_margin": "0"}
_SIDE = {"available": "0", "locked": "0", "borrowed": "0", "interest": "0"}
GATE = {
    "/api/v4/account/detail": {"user_id": 1, "ip_whitelist": ["203.0.113.7"], "key": {"mode": 1}},
    "/api/v4/wallet/total_balance": {
        "details": {"spot": {"amount": "5"}, "margin": {"amount": "0"}, "futures": {"amount": "0"}}
    },
    "/api/v4/spot/accounts": [{"currency": "BTC", "available": "1", "locked": "0.5"}],
    "/api/v4/margin/accounts": [
        {
            "currency_pair": "DOGE_USDT",
            "base": _SIDE | {"currency": "DOGE"},
            "quote": _SIDE | {"currency": "USDT"},
        }
    ],
    "/api/v4/margin/cross/accounts": {
        "borrowed": "0",
        "interest": "0",
        "balances": {"USDT": {"available": "0", "freeze": "0", "borrowed": "0", "interest": "0"}},
    },
    "/api/v4/margin/uni/loans": [],
    "/api/v4/spot/open_orders": [
        {
            "currency_pair": "BTC_USDT",
            "orders": [{"id": "1", "currency_pair": "BTC_USDT", "side": "buy", "account": "spot"}],
        }
    ],
    "/api/v4/spot/price_orders": [],
    "/api/v4/futures/usdt/accounts": _PERP,
    "/api/v4/futures/usdt/positions": [{"contract": "BTC_USDT", "size": 0, "value": "0"}],
    "/api/v4/futures/usdt/orders": [],
    "/api/v4/futures/usdt/price_orders": [],
    "/api/v4/futures/btc/accounts": {"label": "USER_NOT_FOUND", "message": "no account"},
    "/api/v4/delivery/usdt/accounts": _PERP,
    "/api/v4/delivery/usdt/positions": [],
    "/api/v4/delivery/usdt/orders": [],
    "/api/v4/delivery/usdt/price_orders": [],
    "/api/v4/options/positions": [],
    "/api/v4/options/orders": [],
    "/api/v4/loan/collateral/orders": [],
    "/api/v4/loan/multi_collateral/orders": [],
    "/api/v4/earn/uni/lends": [{"currency": "USDT", "amount": "3"}],
}

GATE_UNIFIED = GATE | {
    "/api/v4/account/detail": {"user_id": 1, "ip_whitelist": ["203.0.113.7"], "key": {"mode": 2}},
    "/api/v4/unified/accounts": {
        "borrowed": "0",
        "unified_account_total_liab": "0",
        "total_initial_margin": "0",
        "balances": {
            "ETH": {
                "available": "2",
                "freeze": "0",
                "borrowed": "0",
                "negative_liab": "0",
                "futures_pos_liab": "0",
                "equity": "2",
                "total_liab": "0",
            }
        },
    },
    "/api/v4/unified/unified_mode": {"mode": "single_currency"},
    "/api/v4/unified/loans": [],
}

HTX = {
    "/v2/user/uid": _HTX5 | {"data": 63628520},
    "/v2/user/api-key": _HTX5
    | {"data": [{"permission": "readOnly,trade", "ipAddresses": "203.0.113.7"}]},
    "/v1/account/accounts": _HTX
    | {
        "data": [
            {"id": 100001, "type": "spot", "state": "working"},
            {"id": 100002, "type": "super-margin", "state": "working"},
        ]
    },
    "/v1/account/accounts/100001/balance": _HTX
    | {
        "data": {
            "id": 100001,
            "list": [
                {"currency": "usdt", "type": "trade", "balance": "100.5"},
                {"currency": "usdt", "type": "frozen", "balance": "2"},
            ],
        }
    },
    "/v1/account/accounts/100002/balance": _HTX
    | {
        "data": {
            "id": 100002,
            "debt-balance-sum": "0",
            "list": [
                {"currency": "btc", "type": "trade", "balance": "0"},
                {"currency": "btc", "type": "loan", "balance": "0"},
                {"currency": "btc", "type": "interest", "balance": "0"},
                {"currency": "btc", "type": "transfer-out-available", "balance": "-1"},
            ],
        }
    },
    "/v1/margin/loan-orders": _HTX | {"data": []},
    "/v1/cross-margin/loan-orders": _HTX | {"data": []},
    "/v5/account/balance": _HTX5
    | {"data": {"initial_margin": "0", "details": [{"currency": "USDT", "equity": "0"}]}},
    "/v5/account/asset_mode": _HTX5 | {"data": {"asset_mode": 0}},
    "/v5/trade/position/opens": _HTX5 | {"data": []},
    "/v5/trade/order/opens": _HTX5 | {"data": []},
    "/v5/algo/order/opens": _HTX5 | {"data": []},
    "/api/v1/contract_account_info": _HTX
    | {
        "data": [{"symbol": "BTC", "margin_balance": 0, "margin_position": 0, "margin_frozen": 0.0}]
    },
    "/swap-api/v1/swap_account_info": _HTX | {"data": []},
    "/api/v1/contract_position_info": _HTX | {"data": []},
    "/swap-api/v1/swap_position_info": _HTX | {"data": []},
}

_MX = "/api/v1/private"
MEXC = {
    "/api/v3/account": {
        "canWithdraw": False,
        "accountType": "SPOT",
        "balances": [{"asset": "USDT", "free": "12", "locked": "0"}],
        "permissions": ["SPOT"],
    },
    f"{_MX}/account/assets": _MEXC
    | {
        "data": [
            {
                "currency": "USDT",
                "positionMargin": 0,
                "cashBalance": 0,
                "frozenBalance": 0,
                "equity": 0,
            }
        ]
    },
    f"{_MX}/position/open_positions": _MEXC | {"data": []},
    f"{_MX}/order/list/open_orders": _MEXC | {"data": []},
    f"{_MX}/planorder/list/orders": _MEXC | {"data": []},
    f"{_MX}/stoporder/open_orders": _MEXC | {"data": []},
}

BITSTAMP = {
    "/api/v2/account_balances/": [
        {"currency": "usdt", "total": "7.00000", "available": "6.0", "reserved": "1.00000"}
    ],
    "/api/v2/open_orders/all/": [{"id": "1", "type": "0", "currency_pair": "BTC/USD"}],
    "/api/v2/earn/subscriptions/": [],
}

GEMINI = {
    "/v1/roles": {"isAuditor": False, "isFundManager": False, "isTrader": True},
    "/v1/account": {"account": {"accountName": "Primary", "type": "exchange"}},
    "/v1/balances": [
        {"type": "exchange", "currency": "BTC", "amount": "1154.62", "available": "1129.1"}
    ],
    "/v1/positions": [],
    "/v1/margin/account": {"initial_margin": "0"},
    "/v1/orders": [{"order_id": "1", "symbol": "btcusd", "side": "buy"}],
    "/v1/balances/staking": [],
}

BITFINEX = {
    "/v2/auth/r/permissions": [
        ["account", 1, 0],
        ["orders", 1, 1],
        ["positions", 1, 0],
        ["funding", 1, 0],
        ["wallets", 1, 0],
        ["withdraw", 0, 0],
    ],
    "/v2/auth/r/wallets": [
        ["exchange", "UST", 19788.6529257, 0, 19788.6529257, None, None],
        ["margin", "USD", 0, 0, 0, None, None],
        ["funding", "BTC", 0.5, 0, 0.5, None, None],
    ],
    "/v2/auth/r/positions": [],
    "/v2/auth/r/info/margin/base": ["base", [0, 0, 0, 0, 0]],
    "/v2/auth/r/funding/credits": [],
    "/v2/auth/r/funding/loans": [],
    "/v2/auth/r/orders": [
        [1, None, 2, "tBTCUSD", 3, 4, 0.1, 0.1, "EXCHANGE LIMIT", None, None, None, 0, "ACTIVE"]
    ],
}

HYPERLIQUID = {
    "/info userAbstraction": "default",
    "/info spotClearinghouseState": {
        "balances": [{"coin": "USDC", "hold": "0.0", "total": "1481.844"}]
    },
    '/info "clearinghouseState"': {
        "assetPositions": [],
        "crossMarginSummary": {"accountValue": "0.0", "totalNtlPos": "0.0", "totalRawUsd": "0.0"},
        "marginSummary": {"accountValue": "0.0", "totalNtlPos": "0.0", "totalRawUsd": "0.0"},
    },
    "/info frontendOpenOrders": [{"coin": "@107", "side": "B", "oid": 1}],
    "/info perpDexs": [None, {"name": "xyz", "fullName": "Builder"}],
    '/info "clearinghouseState" "xyz"': {
        "assetPositions": [],
        "crossMarginSummary": {"accountValue": "0.0", "totalNtlPos": "0.0", "totalRawUsd": "0.0"},
        "marginSummary": {"accountValue": "0.0", "totalNtlPos": "0.0", "totalRawUsd": "0.0"},
    },
    '/info frontendOpenOrders "xyz"': [],
}

BITVAVO = {
    "/v2/account": {"fees": {}, "capabilities": ["buy", "sell", "depositCrypto", "depositFiat"]},
    "/v2/balance": [{"symbol": "EUR", "available": "100.5", "inOrder": "1"}],
    "/v2/stakingBalance": [{"symbol": "ETH", "amount": "2"}],
}

CLEAN: dict[str, dict[str, Any]] = {
    "binance": BINANCE,
    "kraken": KRAKEN,
    "coinbase": COINBASE,
    "bybit": BYBIT,
    "okx": OKX,
    "bitget": BITGET,
    "kucoin": KUCOIN,
    "gate": GATE,
    "htx": HTX,
    "mexc": MEXC,
    "bitstamp": BITSTAMP,
    "gemini": GEMINI,
    "bitfinex": BITFINEX,
    "hyperliquid": HYPERLIQUID,
    "bitvavo": BITVAVO,
}

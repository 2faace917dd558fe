"""Pages of our own making in the shapes that providers use."""

import json
from collections.abc import Mapping, Sequence

FUNDS = ["IBIT", "FBTC", "BITB", "ARKB", "BTCO", "GBTC", "BTC"]


def farside(
    rows: Sequence[tuple[str, Mapping[str, str], str]],
    funds: Sequence[str] = FUNDS,
    footer: bool = True,
    total_first: bool = False,
) -> str:
    """Return a page with three header rows; each row is (date, fund -> cell, total cell)."""

    def line(tag: str, cells: Sequence[str]) -> str:
        inner = "".join(f"<{tag}><div><span class='t'>  {c} </span></div></{tag}>" for c in cells)
        return f"<tr>{inner}</tr>"

    def ordered(first: str, cells: Sequence[str], total: str) -> list[str]:
        return [first, total, *cells] if total_first else [first, *cells, total]

    body = [
        line("th", ordered("", ["<img src='x.jpg' alt='X'>"] * len(funds), "Total")),
        line("th", ordered("", funds, "")),
        line("th", ordered("Fee", ["0.25%"] * len(funds), "")),
    ]
    for date, cells, total in rows:
        body.append(line("td", ordered(date, [cells.get(f, "0.0") for f in funds], total)))
    if footer:
        for label, value in (("Total", "40,000.1"), ("Average", "96.1"), ("Maximum", "1,373.8")):
            body.append(line("td", ordered(label, ["1.0"] * len(funds), value)))
        body.append(line("td", ordered("Minimum", ["(1.0)"] * len(funds), "(1,113.7)")))
    decoy = "<table><tr><td>Menu</td></tr></table>"
    return f"<html><body>{decoy}<table>{''.join(body)}</table></body></html>"


def fred(name: str, rows: Sequence[tuple[str, str]]) -> str:
    return f"observation_date,{name}\n" + "".join(f"{day},{value}\n" for day, value in rows)


def sosovalue(rows: Sequence[tuple[str, object, object]], code: int = 0) -> str:
    data = [{"date": d, "totalNetInflow": f, "totalNetAssets": a} for d, f, a in rows]
    return json.dumps({"code": code, "msg": None, "data": data})


def coinglass(data: object, code: str = "0") -> str:
    return json.dumps({"code": code, "msg": "success", "data": data})


def etf_day(ms: int, total: float, **funds: float | None) -> dict[str, object]:
    flows = [{"etf_ticker": name, "flow_usd": flow} for name, flow in funds.items()]
    return {"timestamp": ms, "flow_usd": total, "etf_flows": flows, "price_usd": 1}

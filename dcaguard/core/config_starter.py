"""What `dcaguard init` writes: a config that runs on paper and four strategies to choose from."""

from collections.abc import Mapping

CONFIG = """\
# dcaguard: what may be spent, where, and on what. `dcaguard config schema` and
# `dcaguard help config` describe every key; those left out here have their defaults.
schema = 1
timezone = "UTC"                       # IANA name; days, weeks and months of the caps
base_currency = "USD"                  # what NAV and caps are counted in

[accounts.paper]
exchange = "paper"                     # the embedded exchange: no key, no real money
balances = { USDT = 10_000 }
prices = "series"                      # from readings; or an exchange id, such as "kraken"

# The way to real money: name a key here, then `dcaguard credentials set main`,
# `dcaguard guard`, `dcaguard run --dry-run`, live = true, `dcaguard arm NAME`.
# [accounts.main]
# exchange = "kraken"
# credentials = "file:credentials/main.toml"

[policy.caps]                          # in base_currency, or shares of NAV
order_max = 500
day_max = 500
week_max = 1000
month_max = 2000

[policy.universe]
allow = ["BTC", "ETH"]                 # nothing else is ever bought
"""

GITIGNORE = """\
# Keys, journals and locks stay on this machine.
/credentials/
*.db
*.db-journal
*.head
*.lock
*.ballast
*.keys.toml
HALT
"""

_WEEKLY = """\
# For most people: the same amount each week, whatever the price.
name = "weekly"
description = "250 USDT each Monday morning: 70 percent BTC, 30 percent ETH."
account = "paper"
quote = "USDT"

[schedule]
cron = "0 9 * * MON"                   # minute hour day month weekday
timezone = "Europe/Berlin"

[budget]
per_slot = 250                         # USDT, both symbols together

[[buy]]
symbol = "BTC/USDT"
weight = 0.7
[[buy]]
symbol = "ETH/USDT"
weight = 0.3
"""

_STAGES = """\
# For people with cash in reserve who want to buy more when prices have fallen far,
# and who know that a fall may go on: the caps hold, whatever the stages ask for.
name = "weekly-stages"
description = "150 USDT each Monday, 1.5 times from 20 percent below the high, twice from 40."
account = "paper"
quote = "USDT"

[schedule]
cron = "0 9 * * MON"
timezone = "Europe/Berlin"

[budget]
per_slot = 150
total = 12_000                         # the strategy ends when it is spent

[[buy]]
symbol = "BTC/USDT"
weight = 1

[[stage]]
drawdown = 0.20                        # below the trailing high
multiplier = 1.5
[[stage]]
drawdown = 0.40
multiplier = 2
[stages]
high_lookback_days = 365
"""

_AVERAGING = """\
# For people who want the value of their coins to grow by a fixed amount each month: more is
# bought after a fall, less after a rise. It never sells. It needs spare cash in bad months,
# and its lower average cost is no promise of a higher profit.
name = "monthly-value"
description = "Lifts the holdings by 200 USDT of value each month; at most 400 USDT at once."
account = "paper"
quote = "USDT"

[schedule]
cron = "0 10 1 * *"                    # the first of each month
timezone = "Europe/London"

[budget]
per_slot = 200

[[buy]]
symbol = "BTC/USDT"
weight = 1

[sizing]
mode = "value-averaging"
target_growth = 200                    # USDT of value added each slot
multiple_max = 2                       # at most this many times per_slot
"""

_VALUATION = """\
# For people who buy every day and would rather wait when the price is far above its trend.
# The formula fits the past; it may not fit the future. Money that waits is bought later.
name = "daily-valuation"
description = "15 USDT a day, nothing while AHR999 is above 1.2."
account = "paper"
quote = "USDT"

[schedule]
cron = "30 8 * * *"
timezone = "America/New_York"
on_missed = "skip"                     # a missed day is let go

[budget]
per_slot = 15

[[buy]]
symbol = "BTC/USDT"
weight = 1

[valuation]
metric = "ahr999"
above = 1.2
share = 0                              # nothing is bought above it
"""

STRATEGIES: Mapping[str, str] = {
    "weekly": _WEEKLY,
    "weekly-stages": _STAGES,
    "monthly-value": _AVERAGING,
    "daily-valuation": _VALUATION,
}
# Only this one is written switched on; the others wait as NAME.toml.example.
FIRST = "weekly"

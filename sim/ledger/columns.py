"""The stable names of the ledger's tables, each with its type, unit and meaning."""

from __future__ import annotations

import numpy as np

from sim.records import COUNTS, Account, Column

MINOR = "minor units"


def money(name: str, meaning: str) -> Column:
    """A column of whole minor units."""
    return Column(name, np.int64, MINOR, meaning)


def count(name: str, meaning: str, unit: str = "count") -> Column:
    """A column of whole numbers, as a rule a count."""
    return Column(name, np.int32, unit, meaning)


MONEY_FLOWS = (
    money("bonus", "bonuses from the firm, all components"),
    money("retail_margin", "retail margin of own customers' orders, realised"),
    money("own_use", "paid for own use at the member price"),
    money("top_up", "paid for orders placed only to reach a qualification"),
    money("kit", "paid for the entry kit"),
    money("renewal", "paid in renewal fees"),
    money("expense", "spent outside the firm on the business"),
)

VALUATIONS = (
    money("bonus_from_participants", "bonuses funded by participants' orders"),
    money("bonus_from_customers", "bonuses funded by retail and preferred customers' orders"),
    money("own_goods", "goods for oneself at the price paid: own use, top-up, kits with volume"),
    money("own_use_benchmarked", "own goods at comparable prices, each month up to the benchmark"),
    money("time_value", "hours times the after-tax outside wage of the month"),
    Column("pv", np.int64, "hundredths of a point", "personal volume, as settled"),
    Column("hours", np.float64, "hours", "time given to the business"),
)

PRESENCE = (
    count("months_enrolled", "months with at least one day enrolled", "months"),
    count("months_ordering", "months with an own order", "months"),
    count("months_qualified", "months in which the plan's activity test was passed", "months"),
    count("months_active", "months qualified or ordering", "months"),
    count("months_selling", "months with an order of an own customer", "months"),
    count("pay_months", "months with any bonus", "months"),
    count("recruits", "people sponsored in the window"),
)

IDENTITY = (
    count("participant", "row of PARTICIPANT", "participant"),
    count("person", "slot of the person", "person"),
    count("incarnation", "which life of the slot"),
    count("sponsor", "who recruited the participant", "participant"),
    Column("motive", np.int8, "Motive", "why this person joined"),
    count("joined_month", "month of enrolment", "month"),
    count("left_month", "month of leaving, -1 while enrolled at the end of the window", "month"),
    Column("title", np.int8, "rank", "highest rank ever settled by the end of the window"),
    count("recruits_ever", "people sponsored since enrolment, to the end of the window"),
)


def flow_columns(component_ids: tuple[str, ...]) -> tuple[Column, ...]:
    """What is summed for each participant, over a month, a year or a membership alike."""
    pay = tuple(money(f"pay.{c}", f"bonuses of component {c}") for c in component_ids)
    return (*PRESENCE, *pay, *MONEY_FLOWS, *VALUATIONS)


def participant_columns(component_ids: tuple[str, ...]) -> tuple[Column, ...]:
    """Columns of ``participants``: one row a participant and calendar year."""
    flows = tuple(
        c._replace(name="recruits_year") if c.name == "recruits" else c
        for c in flow_columns(component_ids)
    )
    return (
        count("year", "calendar year", "year"),
        *IDENTITY,
        count("customers_end", "customers served at the end of the year"),
        Column("best_paid_as", np.int8, "rank", "highest paid-as rank of the year"),
        Column("end_paid_as", np.int8, "rank", "paid-as rank of the year's last settlement"),
        *flows,
    )


MILESTONES = (
    count("first_pay_month", "first month with a bonus, -1 for none", "month"),
    count("last_order_month", "last month with an own order, -1 for none", "month"),
    count(
        "fee_recouped_month",
        "first month in which bonuses and retail margin since enrolment "
        "reach the kit and fees paid, -1 for none or where nothing was paid",
        "month",
    ),
    count("recouped_month", "the same against all purchases, fees and expenses", "month"),
)


def life_columns(component_ids: tuple[str, ...]) -> tuple[Column, ...]:
    """Columns of ``lives``: one row a membership, summed from enrolment to the end of the run."""
    return (*IDENTITY, *MILESTONES, *flow_columns(component_ids))


def entry_columns(component_ids: tuple[str, ...]) -> tuple[Column, ...]:
    """Columns of ``entry``: each membership over its first 12 and its first 24 calendar months."""
    return (
        count("horizon", "calendar months counted, the month of enrolment included", "months"),
        *IDENTITY,
        *flow_columns(component_ids),
    )


def person_month_columns() -> tuple[Column, ...]:
    """Columns of ``person_months``: each participant and month qualified or ordering, one year."""
    return (
        count("month", "month of the run", "month"),
        *IDENTITY,
        Column("paid_as", np.int8, "rank", "paid-as rank of the month"),
        *PRESENCE,
        *MONEY_FLOWS,
        *VALUATIONS,
    )


HEADS = (
    count("enrolments", "participants who enrolled this month"),
    count("quits", "participants who left this month"),
    count("ordering", "participants with an own order this month"),
    count("qualified", "participants who passed the plan's activity test"),
    count("active", "participants qualified or ordering"),
    count("selling", "participants with an order of an own customer"),
    count("recruiting", "participants who recruited this month"),
    count("orders", "orders of this month"),
    Column("units", np.int64, "count", "units of product and kits ordered"),
)

MONTH_MONEY = (
    money("gross_sales", "all orders as paid by the buyers"),
    money("net_sales", "gross sales less the retail margin passed on to sellers"),
    money("customer_sales", "orders of retail and preferred customers, as paid"),
    money("own_use_sales", "participants' orders for own use"),
    money("top_up_sales", "participants' orders placed only to reach a qualification"),
    money("kit_sales", "entry kits"),
    money("retail_margin", "margin passed on to sellers"),
    money("renewal_fees", "renewal fees received; not part of sales"),
    money("bonus", "bonuses paid, all components"),
    money("bonus_from_participants", "bonuses funded by participants' orders"),
    money("bonus_from_customers", "bonuses funded by customers' orders"),
    money("cost_of_goods", "what the goods of this month's orders cost the firm"),
    money("expenses", "participants' expenses outside the firm"),
    money("firm_result", "net sales and fees less bonuses and cost of goods"),
    Column("pv", np.int64, "hundredths of a point", "personal volume of all orders"),
    money("cv", "commissionable volume of all orders"),
    Column("hours", np.float64, "hours", "time given by all participants"),
    Column("penetration", np.float64, "0-1", "people now there who ever enrolled, over all"),
    Column("depth_mean", np.float64, "levels", "mean depth of the enrolled, 1 = under the firm"),
    count("depth_max", "greatest depth of an enrolled participant", "levels"),
)


def month_columns(component_ids: tuple[str, ...], rank_ids: tuple[str, ...]) -> tuple[Column, ...]:
    """Columns of ``months``: one row a month of the run."""
    return (
        count("month", "month of the run", "month"),
        Column("date", "U7", "ISO 8601", "calendar month"),
        *(count(name, meaning) for name, meaning in COUNTS.items()),
        *HEADS,
        *MONTH_MONEY,
        *(money(f"pay.{c}", f"bonuses of component {c}") for c in component_ids),
        *(
            money(f"breakage.{c}", f"what {c} could have paid and did not, rounded half even")
            for c in component_ids
        ),
        *(
            money(f"maximum.{c}", f"the most {c} could have paid, rounded half even")
            for c in component_ids
        ),
        *(count(f"paid_as.{r}", f"participants paid as {r} this month") for r in rank_ids),
        *(
            count(f"new_title.{r}", f"participants who first reached {r} or above this month")
            for r in rank_ids
        ),
        *(
            money(f"account.{a.name.lower()}", f"balance of {a.name} at the month's end")
            for a in Account
        ),
    )

"""The monthly figures of the trade: where the market stands now and where it peaked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Months = Mapping[str, NDArray[Any]]
LEVELS = (
    "customers",
    "enrolled",
    "former",
    "nobody",
    "ordering",
    "qualified",
    "active",
    "selling",
    "recruiting",
    "enrolments",
    "quits",
    "orders",
    "units",
    "approaches",
    "prospects",
    "customers_gained",
    "customers_lost",
    "replaced",
    "depth_max",
    "penetration",
    "hours",
)
PEAKS = ("customers", "enrolled", "active", "selling", "enrolments", "orders", "penetration")


def ratio(part: float, whole: float) -> float | None:
    """``part`` / ``whole``; None of nothing."""
    return float(part) / float(whole) if whole else None


def indicators(months: Months, minor_digits: int = 2) -> dict[str, dict[str, Any]]:
    """``final``: figures of the last month. ``peak``: the highest value of some, with its month.

    Money is in whole units of the currency; rates are a month's.
    """
    final: dict[str, Any] = {"date": str(months["date"][-1])}
    final |= {name: months[name][-1].item() for name in LEVELS}
    final |= _rates({name: column[-1].item() for name, column in months.items()}, minor_digits)
    peak = {}
    for name in PEAKS:
        at = int(np.argmax(months[name]))
        peak[name] = {"value": months[name][at].item(), "date": str(months["date"][at])}
    return {"final": final, "peak": peak}


def _rates(now: Mapping[str, Any], minor_digits: int) -> dict[str, float | None]:
    minor = 10**minor_digits
    before = now["enrolled"] - now["enrolments"] + now["quits"]
    gone = now["customers_lost"] + now["customers_joined"] + now["customers_replaced"]
    customers_before = now["customers"] - now["customers_gained"] + gone
    return {
        "gross_sales": now["gross_sales"] / minor,
        "net_sales": now["net_sales"] / minor,
        "bonus": now["bonus"] / minor,
        "firm_result": now["firm_result"] / minor,
        "payout_ratio": ratio(now["bonus"], now["net_sales"]),
        "recruitment_rate": ratio(now["enrolments"], before),
        "quit_rate": ratio(now["quits"], before),
        "customer_loss_rate": ratio(now["customers_lost"], customers_before),
        "conversion_to_customer": ratio(now["customers_gained"], now["prospects"]),
        "conversion_to_member": ratio(now["enrolments"], now["prospects"]),
        "customers_per_enrolled": ratio(now["customers"], now["enrolled"]),
        "customers_per_active": ratio(now["customers"], now["active"]),
        "average_order": ratio(now["gross_sales"] / minor, now["orders"]),
        "cost_of_goods_ratio": ratio(now["cost_of_goods"], now["net_sales"]),
        "depth_mean": now["depth_mean"],
    }


def of_year(months: Months, year: int) -> NDArray[np.bool_]:
    """Mask of the months of one calendar year."""
    return np.array([str(d).startswith(f"{year:04d}-") for d in months["date"]], np.bool_)


def payout_ratio(months: Months, pick: NDArray[np.bool_] | None = None) -> float | None:
    """Bonuses over net sales (retail margin excluded) of the picked months, all by default."""
    mask = np.ones(len(months["bonus"]), np.bool_) if pick is None else pick
    return ratio(months["bonus"][mask].sum(), months["net_sales"][mask].sum())


def payout_by_component(
    months: Months, component_ids: Sequence[str], pick: NDArray[np.bool_] | None = None
) -> dict[str, float | None]:
    """The payout ratio split by component; the parts sum to the whole."""
    mask = np.ones(len(months["bonus"]), np.bool_) if pick is None else pick
    sales = months["net_sales"][mask].sum()
    return {c: ratio(months[f"pay.{c}"][mask].sum(), sales) for c in component_ids}

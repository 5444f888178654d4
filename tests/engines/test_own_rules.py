"""A researcher's own rules: what a file may hold, and that both engines decide by it alike."""

from __future__ import annotations

import ast
import importlib.util
import json
import math
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from markets import market

from sim.cli import main
from sim.engines import Engine, simulate
from sim.engines.rulebook import DEFAULT, blaming, load_rules, rules_of, with_rules
from sim.engines.variant import module_for, users_of
from sim.scenario.errors import InputError
from sim.scenario.load import load_scenario
from sim.scenario.own_rules import MATH, check_rules, shipped_rules
from sim.scenario.schema import Scenario
from sim.sweeps.design import canonical

THRIFTY = """\
import math

_SHARE = 0.5

def _less(x):
    return _SHARE * x * math.exp(-0.1)

def orders(probability: float, luck: float) -> bool:
    return luck < _less(probability)

def success(lived_income, goal):
    return 0 if lived_income <= goal else 1.0
"""


def small(**changes: Any) -> Scenario:
    parts = {"months": 8, "population": {"people": 150, "replaced_per_year": 0.3}}
    return market(**parts | changes)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def written(text: str) -> Path:
        path = tmp_path / "mine.py"
        path.write_text(text)
        return path

    return written


def compiled(scenario: Scenario) -> str:
    """The ledger's hash when the compiled engine runs a scenario by its rules."""
    return simulate(scenario, engine=Engine.COMPILED).sha256


def mesa(scenario: Scenario) -> str:
    return simulate(scenario, engine=Engine.MESA).sha256


class TestFile:
    def test_every_public_function_of_the_rules_can_be_replaced(self, root: Path) -> None:
        written = {
            node.name
            for path in (root / "sim" / "rules").glob("*.py")
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        }
        assert set(DEFAULT) == set(shipped_rules()) == written
        assert len(written) >= 20
        assert DEFAULT.replaced == ()

    def test_a_file_replaces_what_it_names_and_nothing_else(
        self, write: Callable[[str], Path]
    ) -> None:
        rules = load_rules(write(THRIFTY))
        assert rules.replaced == ("orders", "success")
        assert rules.orders(0.5, 0.2)
        assert not rules.orders(0.5, 0.24)
        assert (rules.success(1.0, 2.0), rules.success(3.0, 2.0)) == (0.0, 1.0)
        assert rules.leaves is shipped_rules()["leaves"]
        again = pickle.loads(pickle.dumps(rules))
        assert (again.text, again.replaced) == (THRIFTY, rules.replaced)
        with pytest.raises(AttributeError, match="no rule 'order'"):
            rules.order(1)

    def test_the_shipped_rules_would_pass_their_own_check(self, root: Path) -> None:
        for path in (root / "sim" / "rules").glob("*.py"):
            if path.stem != "__init__":
                assert check_rules(path.read_text(), path.name)


RULE = "def orders(probability, luck):\n"
BAD = [
    ("x = (", 1, "is no Python"),
    ("x = 1", None, "replaces no rule"),
    (RULE + "    return luck ** 2 < 1.0", 2, "orders: raises to a power"),
    (RULE + "    luck **= 2\n    return luck < 1", 2, "orders: raises to a power"),
    (RULE + "    return luck ** probability < 1.0", 2, "orders: raises to a power"),
    (RULE + "    return luck ** 0.5 < 1.0", 2, "orders: raises to a power"),
    (RULE + "    return pow(luck, 2) < 1.0", 2, "orders: calls pow"),
    ("import math\n" + RULE + "    return math.pow(luck, 2.0) < 1", 3, "orders: uses math.pow"),
    ("import numpy as np\n" + RULE + "    return True", 1, "imports numpy"),
    (RULE + "    import random\n    return True", 2, "imports random"),
    (RULE + "    return np.exp(luck) < 1", 2, "orders: uses .exp of something else"),
    ("from math import gamma\n" + RULE + "    return True", 1, "imports math as, or of it"),
    ("import math\n" + RULE + "    return math.lgamma(luck) < 1", 3, "orders: uses math.lgamma"),
    ("_n = [0]\n" + RULE + "    _n[0] += 1\n    return True", 3, "orders: changes a list"),
    (RULE + "    global n\n    n = 1\n    return True", 2, "orders: keeps state"),
    (RULE + "    return sum([luck]) < 1", 2, "orders: calls sum"),
    (RULE + "    print(luck)\n    return True", 2, "orders: calls print"),
    (RULE + "    return (lambda: True)()", 2, "orders: has a function inside"),
    (RULE + "    def f(): return True\n    return f()", 2, "orders: has a definition inside"),
    (RULE + "    yield luck", 2, "orders: does not return at once"),
    ("@staticmethod\n" + RULE + "    return True", 2, "orders: is decorated"),
    (RULE + "    return True\n" + RULE + "    return False", 1, "orders: is defined twice"),
    ("def order(probability, luck):\n    return True", 1, "did you mean orders?"),
    ("def orders(luck, probability):\n    return True", 1, "has the arguments (luck, probability)"),
    ("def orders(probability):\n    return True", 1, "the rule is orders(probability, luck)"),
    ("def orders(*given):\n    return True", 1, "takes starred"),
    ("def orders(probability, *, luck):\n    return True", 1, "takes starred"),
    ("orders = 3", 1, "orders: is no function"),
    ("orders = lambda probability, luck: True", 1, "orders: is no function"),
    ("class A: pass\n" + RULE + "    return True", 1, "only functions, constants"),
    ("open('x', 'w')\n" + RULE + "    return True", 1, "only functions, constants"),
    ("_x = open('x', 'w')\n" + RULE + "    return True", 1, "calls open"),
    ("_x = 1 / 0\n" + RULE + "    return True", 1, "cannot be run: ZeroDivisionError"),
    (RULE + "    return True\nreturn 1", 3, "only functions, constants"),
    (RULE + "    break", 2, "cannot be run: SyntaxError: 'break' outside loop"),
]


@pytest.mark.parametrize(("text", "line", "says"), BAD, ids=[case[2] for case in BAD])
def test_an_unfit_file_is_told_with_its_line(
    text: str, line: int | None, says: str, write: Callable[[str], Path]
) -> None:
    path = write(text)
    with pytest.raises(InputError) as raised:
        load_rules(path)
    told = str(raised.value).splitlines()[0]
    assert told.startswith(f"{path}:{line}: " if line else f"{path}: ")
    assert says in told
    assert not list(path.parent.glob("x"))


@pytest.mark.parametrize("name", ["none.py", "."])
def test_a_file_that_is_not_there(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no such file|is a folder"):
        load_rules(tmp_path / name)


def test_what_rules_may_take_of_math_is_the_same_compiled() -> None:
    one = sorted(n for n in MATH if callable(getattr(math, n)) and n not in TWO)
    lines = [f"    {n}_ = math.{n}({SAFE.get(n, 'x')})" for n in one]
    lines += [f"    {n}_ = math.{n}(x, y)" for n in TWO]
    names = ", ".join(f"{n}_" for n in [*one, *TWO])
    space: dict[str, Any] = {"math": math}
    exec(f"def all_of(x, y):\n{chr(10).join(lines)}\n    return {names}\n", space)
    fast = njit_of(space["all_of"])
    for i in range(1, 3000):
        x, y = 5.0 * ((i * 0.754877666) % 1.0) + 1e-9, 8.0 * ((i * 0.569840291) % 1.0) - 4.0
        assert space["all_of"](x, y) == fast(x, y)


TWO = ("atan2", "copysign")
SAFE = {"acos": "x / 5.1", "asin": "x / 5.1", "atanh": "x / 5.1", "acosh": "1.0 + x"}


def njit_of(function: Callable[..., Any]) -> Callable[..., Any]:
    import numba

    made: Callable[..., Any] = numba.njit(function)  # made of text, so that there is no file
    return made


class TestScenario:
    @pytest.fixture
    def named(self, tmp_path: Path) -> Path:
        (tmp_path / "inner").mkdir()
        (tmp_path / "inner" / "mine.py").write_text(THRIFTY)
        path = tmp_path / "inner" / "own.yaml"
        path.write_text("name: own\nextends: configs/baseline.yaml\nrules: mine.py\n")
        return path

    def test_code_is_not_run_unasked(self, named: Path) -> None:
        (named.parent / "mine.py").write_text("(")  # it is not even read
        with pytest.raises(InputError, match=r"own.yaml:3: rules: 'mine.py' is code.*--allow-code"):
            load_scenario(named)
        assert load_scenario(named, ["rules=null"]).rules is None

    def test_the_scenario_carries_the_text(self, named: Path) -> None:
        scenario = load_scenario(named, allow_code=True)
        assert scenario.rules is not None
        assert scenario.rules.text == THRIFTY
        assert scenario.model_dump(mode="json")["rules"]["text"] == THRIFTY
        assert rules_of(scenario).replaced == ("orders", "success")
        (named.parent / "mine.py").write_text(THRIFTY.replace("0.5", "0.4"))
        assert canonical(load_scenario(named, allow_code=True)) != canonical(scenario)

    def test_a_bad_file_is_told_when_the_scenario_is_read(self, named: Path) -> None:
        (named.parent / "mine.py").write_text("def order(): pass\n" + THRIFTY)
        with pytest.raises(InputError, match=r"mine.py:1: order: is no rule"):
            load_scenario(named, allow_code=True)

    def test_the_command_asks_for_leave_and_writes_the_text_down(
        self, named: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = named.parent / "out"
        call = ["run", str(named), "--people", "60", "--months", "2", "--engine", "mesa"]
        call += ["--out", str(out), "--quiet", "--json"]
        assert main(call) == 2
        assert "--allow-code" in capsys.readouterr().err
        assert not out.exists()
        assert main([*call, "--allow-code"]) == 0
        manifest = json.loads((out / "manifest.json").read_text())
        assert manifest["scenario"]["rules"]["text"] == THRIFTY


BUSINESS_HOURS = 3.5


def _half(x: float) -> float:
    return x / BUSINESS_HOURS if x > 1 else math.sqrt(x)


def my_orders(probability: float, luck: float) -> bool:
    """Under a name of its own."""
    return luck < _half(probability)


class TestInCode:
    def test_functions_come_with_what_they_use(self) -> None:
        scenario = with_rules(small(), {"orders": my_orders})
        assert scenario.rules is not None
        assert "BUSINESS_HOURS = 3.5" in scenario.rules.text
        rules = rules_of(scenario)
        assert rules.orders(0.25, 0.4)
        assert not rules.orders(0.25, 0.6)

    def test_a_path_a_module_and_a_rulebook_do_the_same(self, write: Callable[[str], Path]) -> None:
        path = write(THRIFTY)
        spec = importlib.util.spec_from_file_location("thrifty", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        given = (path, module, load_rules(path))
        texts = {with_rules(small(), rules).rules.text for rules in given}  # type: ignore[union-attr]
        assert texts == {THRIFTY}
        assert with_rules(with_rules(small(), path), DEFAULT).rules is None

    def test_what_cannot_be_copied_is_told(self) -> None:
        share = 0.5

        def orders(probability: float, luck: float) -> bool:
            return luck < share * probability

        for rules, says in (
            ({"orders": orders}, "uses share of the function around it"),
            ({"orders": lambda probability, luck: luck < probability}, "no function written with"),
            ({"orders": len}, "no function written with def"),
            ({}, "no mapping"),
            ({"order": my_orders}, "is no rule"),
            ({"renews": my_orders}, r"the rule is renews\(idle_months, limit\)"),
        ):
            with pytest.raises(InputError, match=says):
                with_rules(small(), rules)  # type: ignore[arg-type]


class TestMesa:
    def test_people_decide_by_the_rules(self) -> None:
        nobody = "def orders(probability, luck):\n    return False\n"
        nobody += "def units_ordered(mean, luck):\n    return 0\n"
        scenario = owning(small(shopping={"first_order_units": 0}), nobody)
        tables = simulate(scenario, engine=Engine.MESA)
        assert tables.months["kit_sales"].sum() > 0
        assert not tables.months["customer_sales"].any()
        assert not tables.months["own_use_sales"].any()

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            ("    return 1 / (luck * 0.0) > 1", r"mine.py:2: orders: fails: ZeroDivisionError.*wi"),
            ("    return luck", r"mine.py:1: orders: gives 0\.\d+, which is no bool .*return bool"),
            ("    return exp(luck) > 1", r"orders: fails: NameError"),
        ],
    )
    def test_a_rule_that_fails_says_where_and_with_what(self, body: str, says: str) -> None:
        with pytest.raises(InputError, match=says):
            simulate(owning(small(), RULE + body), engine=Engine.MESA)


def owning(scenario: Scenario, text: str) -> Scenario:
    parts = scenario.model_dump() | {"rules": {"file": "mine.py", "text": text}}
    return Scenario.model_validate(parts)


OTHER = """\
import math
def hours_given(hours, morale, success, success_effort, most):
    return min(most, hours * math.sqrt(morale) * (1.0 + success))
def approaches_made(hours, per_hour, luck):
    return int(hours * per_hour + luck * luck)
def asks_a_contact(warm, contacts, luck):
    return contacts > 2 and luck < warm * 0.9
def expected_income(shown, true_mean, hype):
    return 0.7 * shown + 0.3 * true_mean
def moved(value, target, share):
    return value + share * 0.9 * (target - value)
def success(lived_income, goal):
    return math.tanh(lived_income / (goal + 1.0))
def accepts_offer(appeal, fatigue, luck):
    return luck < 0.5 * (1.0 + math.tanh(0.5 * (appeal - fatigue)))
def income_gain(expected, susceptibility, hours, wage, cap):
    return min(cap, math.log1p(susceptibility * expected / (1.0 + hours * wage)))
def saving_gain(monthly_saving, fee, cap):
    return min(cap, math.log1p(max(0.0, monthly_saving) / (1.0 + fee)))
def asker_appeal(skill, skill_weight, is_friend, friend_weight):
    return skill_weight * (skill - 1.0) + (friend_weight if is_friend else -0.1)
def neighbour_appeal(enrolled, former, enrolled_weight, former_weight):
    return enrolled_weight * math.sqrt(float(enrolled)) - 0.2 * former
def order_probability(base, appetite, price_sensitivity, price_ratio):
    return base * math.sqrt(appetite) / (1.0 + price_sensitivity * price_ratio)
def orders(probability, luck):
    return luck <= probability * 1.1
def units_ordered(mean, luck):
    return int(luck < mean) if mean <= 1.0 else 1 + int(luck * mean)
def stops_buying(first, half_tenure, tenure, luck):
    return luck < first * math.exp(-tenure / half_tenure)
def leave_probability(first, half_tenure, tenure, success, protection, quiet, idle_months):
    return min(1.0, first / (1.0 + tenure) + 0.02 * idle_months * quiet - 0.1 * success)
def leaves(probability, luck):
    return luck < 0.9 * probability
def renews(idle_months, limit):
    return 2 * idle_months < limit
def tops_up(expected_pay, cost, use_value):
    return expected_pay >= 0.5 * cost * (1.0 - use_value)
def units_missing(threshold, volume, unit_volume):
    return max(0, -(-(threshold - volume) // max(1, unit_volume)))
"""


class TestBothEngines:
    def test_the_same_ledger_with_every_rule_replaced(self) -> None:
        shipped = small()
        scenario = owning(shipped, OTHER)
        assert set(rules_of(scenario).replaced) == set(DEFAULT)
        assert compiled(scenario) == mesa(scenario) != mesa(shipped)
        assert compiled(shipped) == mesa(shipped)  # nothing of it stays behind

    def test_what_cannot_be_compiled_runs_in_the_other_engine(self) -> None:
        text = "_ODDS = {1: 0.5, 'two': 0.1}\n" + RULE + "    return luck < _ODDS[1] * probability"
        scenario = owning(small(months=2), text)
        mesa(scenario)
        with pytest.raises(InputError, match=r"mine.py:3: orders: cannot be compiled.*engine mesa"):
            compiled(scenario)

    def test_a_rule_of_another_kind_is_told(self) -> None:
        with pytest.raises(InputError, match=r"mine.py:1: orders: gives float64.*return bool"):
            compiled(owning(small(months=2), RULE + "    return luck * probability"))

    def test_an_error_in_compiled_rules_is_the_researchers(self) -> None:
        rules = rules_of(owning(small(), THRIFTY))
        told = r"mine.py: one of its rules fails.*--engine mesa"
        with pytest.raises(InputError, match=told), blaming(rules):
            raise ZeroDivisionError("division by zero")
        with pytest.raises(ZeroDivisionError), blaming(DEFAULT):
            raise ZeroDivisionError


TOY = {
    "__init__": '"""A package in the form of the compiled engine."""',
    "decide": """
from sim.jit import njit
from sim.rules import believing, ordering
orders = njit(ordering.orders)
success = njit(believing.success)
""",
    "state": """
from typing import NamedTuple
from sim.jit import njit
class Scene(NamedTuple):
    share: float
@njit
def same(x):
    return x
""",
    "shop": """
from typing import NamedTuple
from {toy}.decide import orders, success
from {toy}.state import Scene, same
from sim.jit import njit
class Own(NamedTuple):
    n: int
@njit
def shop(own: Own, scene: Scene):
    count = 0
    for i in range(own.n):
        count += orders(scene.share, i / own.n)
    return same(count + 100.0 * success(9.0, 1.0))
""",
    "engine": """
from {toy} import shop as shopping, state
def run():
    from {toy}.shop import Own
    return shopping.shop(Own(10), state.Scene(1.0))
""",
}


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"toy_{tmp_path.name}".replace("-", "_")
    (tmp_path / name).mkdir()
    for part, text in TOY.items():
        (tmp_path / name / f"{part}.py").write_text(text.replace("{toy}", name))
    monkeypatch.syspath_prepend(tmp_path)
    return name


class TestVariant:
    def test_only_what_uses_the_rules_is_copied(self, toy: str) -> None:
        users = {f"{toy}.{part}" for part in ("decide", "shop", "engine")}
        assert users_of(toy, f"{toy}.decide") == users
        rules = rules_of(owning(small(), THRIFTY))
        assert module_for(DEFAULT, f"{toy}.engine").run() == 10 + 90.0
        assert module_for(rules, f"{toy}.engine").run() == 5 + 100.0
        assert module_for(DEFAULT, f"{toy}.engine").run() == 10 + 90.0
        assert module_for(rules, f"{toy}.state") is sys.modules[f"{toy}.state"]
        assert module_for(rules, f"{toy}.shop") is not sys.modules[f"{toy}.shop"]

    def test_many_threads_get_one(self, toy: str) -> None:
        rules = rules_of(owning(small(), THRIFTY.replace("0.1", "0.11")))
        got: list[Any] = []
        work = [
            threading.Thread(target=lambda: got.append(module_for(rules, f"{toy}.engine")))
            for _ in range(4)
        ]
        for thread in work:
            thread.start()
        for thread in work:
            thread.join()
        assert len(got) == 4
        assert len({id(module) for module in got}) == 1

    def test_processes_at_once_are_safe_and_a_later_one_compiles_nothing(
        self, toy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "mine.py").write_text(THRIFTY)
        monkeypatch.setenv("DOWNLINE_CACHE", str(tmp_path / "cache"))
        code = (
            f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
            "from sim.engines.rulebook import load_rules\n"
            "from sim.engines.variant import module_for\n"
            f"rules = load_rules({str(tmp_path / 'mine.py')!r})\n"
            f"print(module_for(rules, '{toy}.engine').run())\n"
            f"stats = module_for(rules, '{toy}.shop').shop.stats\n"
            "print(sum(stats.cache_hits.values()), sum(stats.cache_misses.values()))\n"
        )
        start = [sys.executable, "-c", code]
        both = [subprocess.Popen(start, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        told = [process.communicate()[0].split("\n")[0] for process in both]
        assert told == ["105.0", "105.0"]
        later = subprocess.run(start, capture_output=True, text=True, check=True)
        assert later.stdout.split() == ["105.0", "1", "0"]

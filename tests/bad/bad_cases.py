"""Malformed scenarios, plans and calls: what is written, and what the message must say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SCENARIO = """\
name: market
months: 12
seed: 3
currency: USD
plan: plan.yaml
population:
  people: 500
  skill_sigma: 0.6
  motives: {discount: 0.8, side_income: 0.15, career: 0.05}
network:
  kind: ring
  degree: 4
product:
  list_price: 40.00
shopping:
  orphans: upline
"""

PLAN = """\
id: small
currency: USD
kit: {price: 35}
activity:
  pv_min: 50
  order_in_period: true
ranks:
  - id: silver
    require: {pv: 100, gv: 1000}
components:
  - id: levels
    type: level
    levels: 2
    rates: {member: [0.05], silver: [0.05, 1/20]}
    compression: none
"""

Files = Mapping[str, bytes | str]


@dataclass(frozen=True)
class Bad:
    """One malformed input: its files, the call's further arguments, and what the message must hold."""  # noqa: E501

    name: str
    place: str
    field: str
    says: str
    files: Files = field(default_factory=dict)
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


def edited(text: str, old: str, new: str) -> tuple[str, int]:
    """``text`` with ``old`` replaced, and the line on which ``new`` begins."""
    assert text.count(old) == 1, old
    return text.replace(old, new), text[: text.index(old)].count("\n") + 1


def in_scenario(name: str, old: str, new: str, field: str, says: str, down: int = 0) -> Bad:
    """A scenario with one edit; the mistake stands ``down`` lines below where the edit begins."""
    text, line = edited(SCENARIO, old, new)
    return Bad(name, f"scenario.yaml:{line + down}", field, says, {"scenario.yaml": text})


def in_plan(name: str, old: str, new: str, field: str, says: str, down: int = 0) -> Bad:
    """A plan with one edit, named by a valid scenario; ``field`` is the path within the plan."""
    text, line = edited(PLAN, old, new)
    return Bad(
        name, f"plan.yaml:{line + down}", f"plan.{field}".strip("."), says, {"plan.yaml": text}
    )


def whole(name: str, body: bytes | str, place: str, says: str, field: str = "") -> Bad:
    """A scenario file with this content."""
    return Bad(name, place, field, says, {"scenario.yaml": body})


def setting(name: str, override: str, field: str, says: str) -> Bad:
    """A valid scenario with a bad ``--set``."""
    return Bad(name, "command line", field, says, arguments=("--set", override))


def option(name: str, option: str, text: str, field: str, says: str) -> Bad:
    """A valid scenario with a bad value of --people, --months or --seed."""
    return Bad(name, "command line", field, says, arguments=(option, text))


VALUES = [
    in_scenario("months zero", "months: 12", "months: 0", "months", "0 is below 1 (1 to 100000"),
    in_scenario("months negative", "months: 12", "months: -5", "months", "-5 is below 1"),
    in_scenario("months too many", "months: 12", "months: 100001", "months", "is above 100000"),
    in_scenario("months a word", "months: 12", "months: many", "months", "'many' is not a whole"),
    in_scenario("months a fraction", "months: 12", "months: 1.5", "months", "1.5 is not a whole"),
    in_scenario("months quoted", "months: 12", "months: '12'", "months", "without quotes"),
    in_scenario("months true", "months: 12", "months: true", "months", "true is not a number"),
    in_scenario("months null", "months: 12", "months:", "months", "nothing is not a whole number"),
    in_scenario("months a list", "months: 12", "months: [12]", "months", "a list is not a whole"),
    in_scenario("months grouped", "months: 12", "months: 1_200", "months", "write 1200"),
    in_scenario("months a clock", "months: 12", "months: 12:30", "months", "'12:30' is not a whole"),  # noqa: E501
    in_scenario("octal or decimal", "months: 12", "months: 012", "months", "012 has two readings"),
    in_scenario("hexadecimal", "months: 12", "months: 0x1F", "months", "0x1F has two readings"),
    in_scenario("seed negative", "seed: 3", "seed: -1", "seed", "-1 is below 0"),
    in_scenario("seed beyond 63 bits", "seed: 3", "seed: 9223372036854775808", "seed", "is above"),
    in_scenario("seed of 50 digits", "seed: 3", "seed: " + "9" * 50, "seed", "more than 40"),
    in_scenario("one person", "people: 500", "people: 1", "population.people", "1 is below 2"),
    in_scenario("negative zero", "people: 500", "people: -0", "population.people", "-0 is below 2"),
    in_scenario("sigma negative", "skill_sigma: 0.6", "skill_sigma: -0.1", "population.skill_sigma",
                "-0.1 is below 0 (0 to 3, log sd; spread of selling skill"),
    in_scenario("sigma NaN", "sigma: 0.6", "sigma: .nan", "population.skill_sigma", "not a finite"),
    in_scenario("sigma infinite", "sigma: 0.6", "sigma: -.inf", "population.skill_sigma", "not a finite"),  # noqa: E501
    in_scenario("sigma nan as a word", "sigma: 0.6", "sigma: nan", "population.skill_sigma",
                "nan"),
    in_scenario("sigma inf in quotes", "sigma: 0.6", "sigma: 'inf'", "population.skill_sigma", "inf"),  # noqa: E501
    in_scenario("sigma 1e400", "sigma: 0.6", "sigma: 1e400", "population.skill_sigma", "beyond"),
    in_scenario("sigma 1e-400", "sigma: 0.6", "sigma: 1e-400", "population.skill_sigma", "beyond"),
    in_scenario("exponent of ten digits", "sigma: 0.6", "sigma: 1e9999999999",
                "population.skill_sigma", "beyond"),
    in_scenario("shares do not sum", "career: 0.05", "career: 0.5", "population.motives",
                "the shares of the motives sum to 1.45, not to 1"),
    in_scenario("too fine a price", "40.00", "40.001", "product.list_price", "at most two decimals"),  # noqa: E501
    in_scenario("negative price", "40.00", "-1", "product.list_price", "-1 is below 0"),
    in_scenario("price a truth value", "40.00", "true", "product.list_price", "decimal number"),
    in_scenario("price a word", "40.00", "cheap", "product.list_price", "'cheap'"),
    in_scenario("price huge in quotes", "40.00", "'1e400'", "product.list_price", "1e400"),
    in_scenario("price NaN in quotes", "40.00", "'NaN'", "product.list_price", "NaN"),
    in_scenario("unknown choice", "upline", "uplin", "shopping.orphans", "did you mean upline?"),
    in_scenario("unknown network", "kind: ring", "kind: rong", "network.kind", "did you mean ring?"),  # noqa: E501
    in_scenario("network without kind", "  kind: ring\n", "", "network.kind", "is missing", -1),
    in_scenario("field of another network", "degree: 4", "rewire: 0.1", "network.rewire",
                "there is no such field"),
    in_scenario("name with a space", "name: market", "name: my market", "name", "is not written as"),  # noqa: E501
    in_scenario("name empty", "name: market", "name: ''", "name", "'' is not written as"),
    in_scenario("name climbs out", "name: market", "name: ../../x", "name", "is not written as"),
    in_scenario("name a number", "name: market", "name: 7", "name", "7 is not text"),
    in_scenario("currency small", "currency: USD", "currency: usd", "currency", "'usd' is not"),
    in_scenario("currency no", "currency: USD", "currency: no", "currency", "'no' is not written"),
    in_scenario("start no month", "seed: 3", "start: 2026-13", "start", "'2026-13'"),
    in_scenario("description of 5000", "seed: 3", f"description: {'x' * 5000}", "description",
                "is longer than 4000 characters"),
]  # fmt: skip

STRUCTURE = [
    in_scenario("unknown field", "seed: 3", "sede: 3", "sede", "did you mean seed?"),
    in_scenario("unknown field inside", "people: 500", "peple: 500", "population.peple",
                "did you mean people?"),
    in_scenario("unknown field unlike any", "seed: 3", "zzzzzz: 3", "zzzzzz", "there is no such"),
    in_scenario("group is a number", "shopping:\n  orphans: upline", "shopping: 3", "shopping",
                "3 is not a group of fields"),
    in_scenario("group is a list", "shopping:\n  orphans: upline", "shopping:\n- 1", "shopping",
                "a list is not a group of fields"),
    in_scenario("group is null", "shopping:\n  orphans: upline", "shopping:", "shopping",
                "nothing is not a group of fields"),
    in_scenario("twice", "seed: 3", "seed: 3\nmonths: 9", "months", "first in line 2", 1),
    in_scenario("twice inside", "  skill_sigma: 0.6", "  people: 9", "population.people",
                "first in line 7"),
    in_scenario("twice in braces", "career: 0.05", "discount: 0.05", "population.motives.discount",
                "there twice"),
    in_scenario("no name", "name: market\n", "", "name", "is missing"),
    in_scenario("no plan", "plan: plan.yaml\n", "", "plan", "is missing", -4),
    in_scenario("founders do not fit", "people: 500", "people: 5", "founders.count",
                "10 founders do not fit into 5 people", -6),
    in_scenario("plan in another currency", "currency: USD", "currency: EUR", "currency",
                "the plan pays in USD, the scenario in EUR"),
    in_scenario("key a number", "seed: 3", "3: seed", "", "the key 3 is not text; write '3' in"),
    in_scenario("key null", "seed: 3", "~: seed", "", "the key ~ is not text"),
    in_scenario("key a list", "seed: 3", "? [a]\n: 3", "", "the key a list is not text"),
    in_scenario("merge key", "seed: 3", "<<: {seed: 3}", "", "merge keys"),
    in_scenario("anchor", "seed: 3", "seed: &x 3", "seed", "anchors are not used"),
    in_scenario("alias", "seed: 3", "seed: *x", "seed", "aliases are not used"),
    in_scenario("tag", "seed: 3", "seed: !!int 3", "seed", "the tag"),
    in_scenario("python tag", "seed: 3", "seed: !!python/name:os.system", "seed", "the tag"),
    in_scenario("tab", "  people: 500", "\tpeople: 500", "", "indent with spaces, not tabs"),
    in_scenario("escaped NUL", "name: market", 'name: "a\\0b"', "name", "not text"),
    in_scenario("escaped surrogate", "name: market", 'name: "\\ud800"', "name", "not text"),
    in_scenario("terminal escape", "seed: 3", "seed: \x1b[31m", "", "U+001B"),
    in_scenario("NUL", "seed: 3", "seed: \0", "", "U+0000"),
    in_scenario("second document", "seed: 3", "---\nseed: 3", "", "more than one YAML document"),
    in_scenario("two colons", "seed: 3", "seed: 3: 4", "", "is not valid YAML"),
    in_scenario("unclosed quote", "orphans: upline", "orphans: 'upline", "", "begins in line 16", 1),  # noqa: E501
]  # fmt: skip

BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
)

WHOLE = [
    whole("empty", "", "scenario.yaml", "is empty"),
    whole("only comments", "# nothing\n", "scenario.yaml", "is empty"),
    whole("only dashes", "---\n", "scenario.yaml", "is empty"),
    whole("a list", "- 1\n", "scenario.yaml:1", "'field: value' lines, not a list"),
    whole("a word", "hello\n", "scenario.yaml:1", "not 'hello'"),
    whole("binary", bytes(range(256)), "scenario.yaml:", "is not UTF-8 text"),
    whole("an image", b"\x89PNG\r\n\x1a\n" + bytes(64), "scenario.yaml:1", "is not UTF-8 text"),
    whole("UTF-16", SCENARIO.encode("utf-16"), "scenario.yaml", "is UTF-16 text; save it as UTF-8"),
    whole("Latin-1", "name: caf\xe9\n".encode("latin-1"), "scenario.yaml:1", "is not UTF-8 text"),
    whole("two byte order marks", "\ufeff\ufeffname: a\n", "scenario.yaml:1", "U+FEFF"),
    whole("the file twice", SCENARIO * 2, "scenario.yaml:17", "first in line 1", "name"),
    whole("unclosed list", "a: [1,\n", "scenario.yaml:", "is not valid YAML"),
    whole("JSON cut short", '{"name": "a"', "scenario.yaml:", "is not valid YAML"),
    whole("a tag on top", "!!python/object/apply:os.system ['true']\n", "scenario.yaml:1", "the tag"),  # noqa: E501
    whole("a directive", "%YAML 1.1\n---\nname: a\n", "scenario.yaml:", "directives"),
    whole("an alias bomb", BOMB, "scenario.yaml:1", "anchors are not used", "a"),
    whole("deep nesting", "a: " + "[" * 500, "scenario.yaml:1", "more than 32 levels deep"),
    whole("deep braces", "a: " + "{b: " * 500, "scenario.yaml:1", "more than 32 levels deep"),
    whole("oversized", "#" * 1_000_001, "scenario.yaml", "is larger than 1000000 bytes"),
    whole("too many values", "a: [" + "1," * 20_001 + "]", "scenario.yaml:1", "more than 20000", "a.19997"),  # noqa: E501
]  # fmt: skip

EXTENDS = [
    Bad("extends missing", "scenario.yaml:1", "extends", "there is no file none.yaml",
        {"scenario.yaml": "extends: none.yaml\n"}),
    Bad("extends a number", "scenario.yaml:1", "extends", "3 is not the path of a file",
        {"scenario.yaml": "extends: 3\n"}),
    Bad("extends a folder", "scenario.yaml:1", "extends", "there is no file",
        {"scenario.yaml": "extends: .\n"}),
    Bad("extends itself", "scenario.yaml:1", "extends", "in a circle",
        {"scenario.yaml": "extends: scenario.yaml\n"}),
    Bad("extends in a circle", "scenario.yaml:1", "extends", "in a circle",
        {"scenario.yaml": "extends: b.yaml\n", "b.yaml": "extends: scenario.yaml\n"}),
    Bad("extends of extends", "scenario.yaml:1", "extends", "only one level of extends is allowed",
        {"scenario.yaml": "extends: b.yaml\n", "b.yaml": "extends: c.yaml\n", "c.yaml": SCENARIO}),
    Bad("mistake in the base", "base.yaml:2", "months", "0 is below 1",
        {"scenario.yaml": "extends: base.yaml\n",
         "base.yaml": SCENARIO.replace("months: 12", "months: 0")}),
    Bad("mistake above the base", "scenario.yaml:3", "population.people", "1 is below 2",
        {"scenario.yaml": "extends: base.yaml\npopulation:\n  people: 1\n", "base.yaml": SCENARIO}),
    Bad("base not YAML", "base.yaml:2", "", "is not valid YAML",
        {"scenario.yaml": "extends: base.yaml\n", "base.yaml": "a: [\n"}),
    Bad("base is a list", "base.yaml:1", "", "not a list",
        {"scenario.yaml": "extends: base.yaml\n", "base.yaml": "- a\n"}),
]  # fmt: skip

PLANS = [
    in_scenario("plan missing", "plan: plan.yaml", "plan: none.yaml", "plan", "there is no file none"),  # noqa: E501
    in_scenario("plan path of 5000", "plan.yaml", "x" * 5000, "plan", "there is no file xxx"),
    in_scenario("plan empty", "plan: plan.yaml", "plan: ''", "plan", "'' is not the path of a file"),  # noqa: E501
    in_scenario("plan a number", "plan: plan.yaml", "plan: 3", "plan", "3 is not the path"),
    in_scenario("plan a folder", "plan: plan.yaml", "plan: .", "plan", "there is no file"),
    in_scenario("plan a list", "plan: plan.yaml", "plan: [plan.yaml]", "plan", "a list is not the"),
    in_scenario("plan inline and bad", "plan: plan.yaml", "plan: {id: x, curency: USD}",
                "plan.curency", "did you mean currency?"),
    Bad("plan file empty", "plan.yaml", "", "is empty", {"plan.yaml": ""}),
    Bad("plan file a list", "plan.yaml:1", "", "not a list", {"plan.yaml": "- 1\n"}),
    Bad("plan file binary", "plan.yaml:", "", "is not UTF-8 text", {"plan.yaml": bytes(range(256))}),  # noqa: E501
    in_plan("no id", "id: small\n", "", "id", "is missing"),
    in_plan("id with a dash", "id: small", "id: a-b", "id", "is not written as it should be"),
    in_plan("unknown field", "kit:", "kitt:", "kitt", "did you mean kit?"),
    in_plan("rate above one", "[0.05]", "[1.05]", "components.0.rates.member.0", "outside the range"),  # noqa: E501
    in_plan("rate negative", "[0.05]", "[-0.05]", "components.0.rates.member.0", "outside the range"),  # noqa: E501
    in_plan("rate a word", "[0.05]", "[some]", "components.0.rates.member.0", "'some'"),
    in_plan("rate by zero", "1/20", "1/0", "components.0.rates.silver.1", "divides by zero"),
    in_plan("rate true", "[0.05]", "[true]", "components.0.rates.member.0", "not a number"),
    in_plan("rate NaN", "[0.05]", "[.nan]", "components.0.rates.member.0", "not a finite"),
    in_plan("rates too short", "levels: 2", "levels: 3", "components.0", "longest list of rates", -2),  # noqa: E501
    in_plan("unknown rank in rates", "silver: [", "gold: [", "components.levels.rates",
            "unknown rank 'gold'"),
    in_plan("unknown type", "type: level", "type: levle", "components.0.type", "did you mean level?"),  # noqa: E501
    in_plan("no type", "    type: level\n", "", "components.0.type", "is missing", -1),
    in_plan("unknown compression", "none", "some", "components.0.compression", "'some' is none of"),
    in_plan("volume too fine", "pv: 100,", "pv: 100.001,", "ranks.0.require.pv", "finer than a"),
    in_plan("volume negative", "pv_min: 50", "pv_min: -1", "activity.pv_min", "-1"),
    in_plan("switch yes", "order_in_period: true", "order_in_period: yes",
            "activity.order_in_period", "'yes' is not true or false"),
    in_plan("switch one", "order_in_period: true", "order_in_period: 1",
            "activity.order_in_period", "1 is not true or false"),
    in_plan("rank twice", "id: silver", "id: member", "", "duplicate rank 'member'", -7),
    in_plan("kit price too fine", "price: 35", "price: 35.005", "kit.price", "finer than the minor"),  # noqa: E501
    in_plan("key twice", "levels: 2", "type: level", "components.0.type", "there twice"),
]  # fmt: skip

CALLS = [
    setting("set without a value", "months", "", "'months' is not of the form"),
    setting("set empty", "", "", "'' is not of the form"),
    setting("set nothing", "months=", "months", "has no value after '='"),
    setting("set no field", "=3", "", "'=3' is not of the form"),
    setting("set two dots", "population..people=3", "", "is not of the form"),
    setting("set an unknown field", "no.such=1", "no", "there is no such field"),
    setting("set a close field", "population.peopel=3", "population.peopel", "did you mean people?"),  # noqa: E501
    setting("set the wrong type", "months=soon", "months", "'soon' is not a whole number"),
    setting("set NaN", "months=.nan", "months", ".nan is not a finite number"),
    setting("set below a number", "months.x=3", "months.x", "12 has no fields of its own"),
    setting("set no YAML", "months=[1", "months", "is not valid YAML"),
    setting("set a tag", "months=!!int 3", "months", "the tag"),
    setting("set a missing plan", "plan=none.yaml", "plan", "there is no file none.yaml"),
    setting("set into the plan", "plan.activity.pv_min=-1", "plan.activity.pv_min", "-1"),
    setting("set a missing entry", "plan.components.7.levels=1", "plan.components.7", "no entry 7"),
    option("people negative", "--people", "-1", "population.people", "-1 is below 2"),
    option("people text", "--people", "many", "population.people", "'many' is not a whole number"),
    option("people huge", "--people", "1e30", "population.people", "beyond"),
    option("people too many", "--people", "100000001", "population.people", "is above 100000000"),
    option("people empty", "--people", "", "population.people", "has no value"),
    option("months zero by option", "--months", "0", "months", "0 is below 1"),
    option("months a fraction by option", "--months", "2.5", "months", "2.5 is not a whole number"),
    option("seed negative by option", "--seed", "-1", "seed", "-1 is below 0"),
    option("seed text", "--seed", "luck", "seed", "'luck' is not a whole number"),
]  # fmt: skip

NAMED = SCENARIO + "rules: mine.py\n"
ORDERS = "def orders(probability, luck):\n    return "


def rules(name: str, body: bytes | str, line: int | None, field: str, says: str) -> Bad:
    """A scenario with a file of rules that it may run, with this content."""
    place = "mine.py" if line is None else f"mine.py:{line}"
    files = {"scenario.yaml": NAMED, "mine.py": body}
    return Bad(name, place, field, says, files, ("--allow-code",))


def naming(name: str, value: str, says: str, field: str = "rules") -> Bad:
    """A scenario that names its rules so, and may run them."""
    files = {"scenario.yaml": f"{SCENARIO}rules: {value}\n", "mine.py": ORDERS + "luck < 1.0\n"}
    return Bad(name, "scenario.yaml:17", field, says, files, ("--allow-code",))


RULES = [
    Bad("rules not allowed", "scenario.yaml:17", "rules", "'mine.py' is code, which is not run",
        {"scenario.yaml": NAMED, "mine.py": "("}),
    Bad("rules set, not allowed", "command line", "rules", "'mine.py' is code, which is not run",
        arguments=("--set", "rules=mine.py")),
    naming("rules missing", "none.py", "there is no file none.py"),
    naming("rules a folder", ".", "there is no file ."),
    naming("rules a number", "3", "3 is not the path of a file"),
    naming("rules a list", "[mine.py]", "a list is not the path of a file"),
    naming("rules without a text", "{file: mine.py}", "is missing", "rules.text"),
    rules("rules empty", "", None, "", "replaces no rule"),
    rules("rules binary", b"\xff\xfe\x00", None, "", "is UTF-16 text"),
    rules("rules with a null", "x = 1\0", None, "", "is no Python"),
    rules("rules no Python", "def orders(:\n", 1, "", "is no Python"),
    rules("rules too deep", "x = " + "(" * 5000 + ")" * 5000, 1, "", "is no Python"),
    rules("rules too long", "x = " + "1 + " * 20000 + "1", None, "", "is no Python"),
    rules("rules of numpy", "import numpy as np\n" + ORDERS + "True\n", 1, "", "imports numpy"),
    rules("rules with a square", ORDERS + "luck ** 2 < 0.5\n", 2, "orders", "write x * x"),
    rules("rule misspelt", "def ordres(probability, luck):\n    return True\n", 1, "ordres",
          "did you mean orders?"),
    rules("rule with other arguments", "def orders(luck):\n    return True\n", 1, "orders",
          "has the arguments (luck)"),
    rules("rule no function", "orders = True\n", 1, "orders", "is no function"),
    rules("rules that do not run", "_x = 1 / 0\n" + ORDERS + "True\n", 1, "",
          "cannot be run: ZeroDivisionError"),
]  # fmt: skip

ALL = [*RULES, *VALUES, *STRUCTURE, *WHOLE, *EXTENDS, *PLANS, *CALLS]

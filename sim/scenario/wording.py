"""pydantic's refusals in plain words; a name in braces stands for the bound that was missed."""

from __future__ import annotations

MISSING = "is missing"
NUMBER = "is not a number"
WHOLE = "is not a whole number"
TRUTH = "is not true or false"
RANGE_KINDS = {"greater_than_equal", "greater_than", "less_than_equal", "less_than"}
CHOICE_KINDS = {"literal_error", "enum", "union_tag_invalid"}

_KINDS_BY_WORDS = {
    WHOLE: "int_type int_parsing int_from_float int_parsing_size",
    NUMBER: "float_type float_parsing decimal_type decimal_parsing",
    TRUTH: "bool_type bool_parsing",
    "is not a finite number": "finite_number",
    "is not text": "string_type",
    "is not a group of fields": "model_type model_attributes_type dict_type",
    "is not a list": "list_type tuple_type",
    "is not a date such as 2026-01-31": "date_type date_parsing date_from_datetime_parsing "
    "date_from_datetime_inexact",
    "is not written as it should be": "string_pattern_mismatch",
    "is below {ge}": "greater_than_equal",
    "is not above {gt}": "greater_than",
    "is above {le}": "less_than_equal",
    "is not below {lt}": "less_than",
    "is longer than {max_length} characters": "string_too_long",
    "is shorter than {min_length} characters": "string_too_short",
    "has more than {max_length} entries": "too_long",
    "has fewer than {min_length} entries": "too_short",
    "is none of {expected}": "literal_error enum",
    "is none of {expected_tags}": "union_tag_invalid",
}
WORDS = {kind: words for words, kinds in _KINDS_BY_WORDS.items() for kind in kinds.split()}

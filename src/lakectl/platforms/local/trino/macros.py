# ruff: noqa: E501 (the SQL of a macro reads best in few lines)
"""Trino's functions where DuckDB has none of that meaning, as macros of DuckDB's SQL.

A connection gets those that its statement uses. `trino_fail(message)` fails while the row is computed, in a way that
TRY turns into null: DuckDB's own error() could not stand inside of TRY.
"""

from __future__ import annotations

import re

_BLANKS = "chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(28) || chr(29) || chr(30) || chr(31) || ' '"

MACROS: dict[str, str] = {
    "trino_fail(message)": "CAST(CAST('§' || message || '§' AS INTEGER) AS VARCHAR)",
    # numbers
    "trino_divide(a, b)": "CASE WHEN b = 0 THEN CAST(trino_fail('Division by zero') AS BIGINT) ELSE a // b END",
    "trino_half_up(a, b)": (
        "CASE WHEN b = 0 THEN CAST(trino_fail('Division by zero') AS HUGEINT) ELSE "
        "(CASE WHEN (a < 0) = (b < 0) THEN 1 ELSE -1 END)::HUGEINT * (abs(a) // abs(b) + "
        "CASE WHEN (abs(a) % abs(b)) >= abs(b) - (abs(a) % abs(b)) THEN 1 ELSE 0 END) END"
    ),
    "trino_round(x, n)": ("CASE WHEN isnan(x) OR isinf(x) THEN x ELSE round(x * pow(10, n)) / pow(10, n) END"),
    "trino_truncate(x, n)": "trunc(x * pow(10, n)) / pow(10, n)",
    "trino_double_text(t)": (
        "CASE WHEN t IS NULL THEN NULL WHEN t = 'nan' THEN 'NaN' WHEN t = 'inf' THEN 'Infinity' "
        "WHEN t = '-inf' THEN '-Infinity' ELSE (CASE WHEN starts_with(t, '-') THEN '-' ELSE '' END) || "
        "trino_digits(ltrim(split_part(split_part(t, 'e', 1), '.', 1), '-'), "
        "CASE WHEN contains(split_part(t, 'e', 1), '.') THEN split_part(split_part(t, 'e', 1), '.', 2) ELSE '' END, "
        "CASE WHEN contains(t, 'e') THEN CAST(split_part(t, 'e', 2) AS INTEGER) ELSE 0 END) END"
    ),
    "trino_digits(whole, part, e)": (
        "CASE WHEN ltrim(whole || part, '0') = '' THEN '0E0' ELSE left(ltrim(whole || part, '0'), 1) || '.' || "
        "CASE WHEN rtrim(substr(ltrim(whole || part, '0'), 2), '0') = '' THEN '0' "
        "ELSE rtrim(substr(ltrim(whole || part, '0'), 2), '0') END || 'E' || "
        "(e + length(whole) - 1 - (length(whole || part) - length(ltrim(whole || part, '0')))) END"
    ),
    "trino_bit_count(x, bits)": (
        "CAST(CASE WHEN bits = 64 THEN bit_count(x) ELSE bit_count(x & ((CAST(1 AS BIGINT) << bits) - 1)) END AS BIGINT)"
    ),
    "trino_bucket_of(x, bounds)": (
        "CASE WHEN len(bounds) = 0 THEN CAST(trino_fail('Bins cannot be an empty array') AS BIGINT) "
        "WHEN isnan(x) THEN CAST(trino_fail('Operand cannot be NaN') AS BIGINT) "
        "ELSE len(list_filter(bounds, lambda bound: bound <= x)) END"
    ),
    "trino_skewness(sample, n)": "CASE WHEN n >= 3 THEN sample * (n - 2) / sqrt(CAST(n AS DOUBLE) * (n - 1)) END",
    "trino_sqrt(x)": "CASE WHEN x < 0 THEN CAST('nan' AS DOUBLE) ELSE sqrt(x) END",
    "trino_ln(x)": ("CASE WHEN x < 0 THEN CAST('nan' AS DOUBLE) WHEN x = 0 THEN CAST('-inf' AS DOUBLE) ELSE ln(x) END"),
    "trino_width_bucket(x, low, high, n)": (
        "CASE WHEN n <= 0 THEN CAST(trino_fail('bucketCount must be greater than 0') AS BIGINT) "
        "WHEN low = high THEN CAST(trino_fail('bounds cannot equal each other') AS BIGINT) WHEN low < high THEN "
        "CASE WHEN x < low THEN 0 WHEN x >= high THEN n + 1 ELSE CAST(floor(n * (x - low) / (high - low)) AS BIGINT) + 1 END "
        "ELSE CASE WHEN x > low THEN 0 WHEN x <= high THEN n + 1 "
        "ELSE CAST(floor(n * (low - x) / (low - high)) AS BIGINT) + 1 END END"
    ),
    # text
    "trino_trim(s)": f"trim(s, {_BLANKS})",
    "trino_ltrim(s)": f"ltrim(s, {_BLANKS})",
    "trino_rtrim(s)": f"rtrim(s, {_BLANKS})",
    "trino_upper(s)": "replace(upper(replace(s, 'ß', chr(1))), chr(1), 'ß')",
    "trino_substr(s, start, n)": (
        "CASE WHEN start = 0 OR n <= 0 OR start < -length(s) OR start > length(s) THEN substr(s, 1, 0) "
        "ELSE substr(s, start, LEAST(n, length(s))) END"
    ),
    "trino_pad(s, n, filler)": "CASE WHEN n < 0 THEN trino_fail('Target length must be in the range [0..2147483647]') WHEN filler = '' THEN trino_fail('Padding string must not be empty') ELSE s END",
    "trino_replace(s, part, other)": (
        "CASE WHEN part <> '' THEN replace(s, part, other) WHEN s = '' THEN other "
        "ELSE other || array_to_string(string_split(s, ''), other) || other END"
    ),
    "trino_with_zero(t)": (
        "CASE WHEN starts_with(t, '-.') THEN '-0' || substr(t, 2) WHEN starts_with(t, '.') THEN '0' || t ELSE t END"
    ),
    "trino_split(s, mark)": (
        "CASE WHEN mark = '' THEN CAST(trino_fail('The delimiter may not be the empty string') AS VARCHAR[]) "
        "ELSE string_split(s, mark) END"
    ),
    "trino_split_limit(s, mark, n)": (
        "CASE WHEN n <= 0 THEN CAST(trino_fail('Limit must be positive') AS VARCHAR[]) "
        "WHEN len(trino_split(s, mark)) <= n THEN trino_split(s, mark) "
        "ELSE trino_split(s, mark)[1:n - 1] || [array_to_string(trino_split(s, mark)[n:], mark)] END"
    ),
    "trino_split_part(s, mark, n)": (
        "CASE WHEN n <= 0 THEN trino_fail('Index must be greater than zero') ELSE list_extract(string_split(s, mark), n) END"
    ),
    "trino_split_to_map(s, outer_mark, inner_mark)": (
        "map_from_entries(list_transform(string_split(s, outer_mark), lambda pair: "
        "CASE WHEN NOT contains(pair, inner_mark) THEN {'key': trino_fail('Key-value delimiter must appear exactly once "
        "in each entry. Bad input: ' || pair), 'value': ''} "
        "ELSE {'key': split_part(pair, inner_mark, 1), 'value': split_part(pair, inner_mark, 2)} END))"
    ),
    "trino_hamming(a, b)": (
        "CASE WHEN length(a) <> length(b) THEN CAST(trino_fail('The input strings to hamming_distance function must "
        "have the same length') AS BIGINT) ELSE hamming(a, b) END"
    ),
    "trino_group_digits(x, n)": (
        "(CASE WHEN x < 0 THEN '-' ELSE '' END) || format('{:,}', CAST(trunc(abs(x)) AS HUGEINT)::BIGINT) || "
        "CASE WHEN n = 0 THEN '' ELSE '.' || split_part(CAST(abs(x) AS VARCHAR), '.', 2) END"
    ),
    # time
    "trino_stamp_text(t)": (
        "CASE WHEN regexp_full_match(t, '.* [0-9]{1,2}:[0-9]{1,2}') THEN t || ':00' "
        "ELSE regexp_replace(t, '^([^ ]+ [0-9]{1,2}:[0-9]{1,2})( ?[A-Z+-].*)$', '\\1:00\\2') END"
    ),
    "trino_utc_only(t)": (
        "CASE WHEN regexp_matches(t, '([ T].*[+-][0-9]{2}(:?[0-9]{2})?|[A-Za-z]+/[A-Za-z_/]+)\\s*$') "
        "AND NOT regexp_matches(t, '[+-]00(:?00)?\\s*$') THEN trino_fail('times of other zones than UTC, read from a "
        "column, cannot be told apart here: ' || t) ELSE t END"
    ),
    "trino_days_text(ms)": (
        "CASE WHEN ms < 0 THEN '-' ELSE '' END || (abs(ms) // 86400000) || ' ' || "
        "strftime(make_timestamp((abs(ms) % 86400000) * 1000), '%H:%M:%S.%g')"
    ),
    "trino_months_text(months)": (
        "CASE WHEN months < 0 THEN '-' ELSE '' END || (abs(months) // 12) || '-' || (abs(months) % 12)"
    ),
    "trino_date_days(day, ms)": (
        "CASE WHEN ms % 86400000 <> 0 THEN CAST(trino_fail('Cannot add hour, minutes or seconds to a date') AS DATE) "
        "ELSE day + CAST(ms // 86400000 AS INTEGER) END"
    ),
    "trino_sequence(first, last, step)": (
        "CASE WHEN step = 0 THEN CAST(trino_fail('step must not be zero') AS BIGINT[]) "
        "WHEN (step > 0 AND last < first) OR (step < 0 AND last > first) THEN CAST(trino_fail('sequence stop value should "
        "be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal "
        "to start') AS BIGINT[]) "
        "WHEN (last - first) // step >= 10000 THEN CAST(trino_fail('result of sequence function must not have more than "
        "10000 entries') AS BIGINT[]) ELSE generate_series(first, last, step) END"
    ),
    "trino_sequence_dates(first, last, ms)": (
        "list_transform(trino_sequence(0, CAST(last - first AS BIGINT), CASE WHEN ms % 86400000 <> 0 THEN CAST(trino_fail("
        "'sequence step must be a day interval if start and end values are dates') AS BIGINT) ELSE ms // 86400000 END), "
        "lambda day: first + CAST(day AS INTEGER))"
    ),
    "trino_sequence_months(first, last, months)": (
        "list_filter(list_transform(trino_sequence(0, date_diff('month', first, last), months), "
        "lambda month: first + to_months(CAST(month AS INTEGER))), "
        "lambda day: CASE WHEN months > 0 THEN day <= last ELSE day >= last END)"
    ),
    "trino_sequence_stamps(first, last, ms)": (
        "list_transform(trino_sequence(epoch_us(first), epoch_us(last), ms * 1000), lambda micros: make_timestamp(micros))"
    ),
    # arrays and maps
    "trino_at(items, place)": (
        "CASE WHEN place = 0 THEN CAST(trino_fail('SQL array indices start at 1') AS BIGINT) "
        "WHEN place < 0 THEN CAST(trino_fail('Array subscript is negative: ' || place) AS BIGINT) "
        "WHEN place > len(items) THEN CAST(trino_fail('Array subscript must be less than or equal to array length: ' "
        "|| place || ' > ' || len(items)) AS BIGINT) ELSE place END"
    ),
    "trino_element_place(place)": (
        "CASE WHEN place = 0 THEN CAST(trino_fail('SQL array indices start at 1') AS BIGINT) ELSE place END"
    ),
    "trino_has_key(entries, wanted)": (
        "CASE WHEN NOT map_contains(entries, wanted) THEN CAST(trino_fail('Key not present in map: ' || "
        "CAST(wanted AS VARCHAR)) AS BOOLEAN) ELSE true END"
    ),
    "trino_distinct(items)": "list_filter(items, lambda item, place: trino_place(items, item) = place)",
    "trino_place(items, wanted)": (
        "CASE WHEN wanted IS NULL THEN list_position(list_transform(items, lambda other: other IS NULL), true) "
        "ELSE list_position(items, wanted) END"
    ),
    "trino_contains(items, wanted)": (
        "CASE WHEN wanted IS NULL OR items IS NULL THEN NULL WHEN list_contains(items, wanted) THEN true "
        "WHEN len(list_filter(items, lambda item: item IS NULL)) > 0 THEN NULL ELSE false END"
    ),
    "trino_any(found)": (
        "CASE WHEN found IS NULL THEN NULL WHEN list_contains(found, true) THEN true "
        "WHEN len(list_filter(found, lambda item: item IS NULL)) > 0 THEN NULL ELSE false END"
    ),
    "trino_all(found)": (
        "CASE WHEN found IS NULL THEN NULL WHEN list_contains(found, false) THEN false "
        "WHEN len(list_filter(found, lambda item: item IS NULL)) > 0 THEN NULL ELSE true END"
    ),
    "trino_overlap(a, b)": (
        "CASE WHEN list_has_any(a, b) THEN true WHEN a IS NULL OR b IS NULL OR "
        "(len(a) > 0 AND len(b) > 0 AND len(list_filter(a || b, lambda item: item IS NULL)) > 0) THEN NULL ELSE false END"
    ),
    "trino_slice(items, first, n)": (
        "CASE WHEN first = 0 THEN list_slice(items, 1, CAST(trino_fail('SQL array indices start at 1') AS BIGINT)) "
        "WHEN n < 0 THEN list_slice(items, 1, CAST(trino_fail('length must be greater than or equal to 0') AS BIGINT)) "
        "WHEN first < -len(items) THEN list_slice(items, 1, 0) "
        "WHEN first < 0 THEN list_slice(items, len(items) + first + 1, len(items) + first + n) "
        "ELSE list_slice(items, first, first + n - 1) END"
    ),
    "trino_trim_array(items, n)": (
        "CASE WHEN n < 0 OR n > len(items) THEN list_slice(items, 1, CAST(trino_fail('size must not be negative or exceed "
        "array cardinality ' || len(items) || ': ' || n) AS BIGINT)) ELSE list_slice(items, 1, len(items) - n) END"
    ),
    "trino_nulls_kept_max(items)": (
        "CASE WHEN len(list_filter(items, lambda item: item IS NULL)) > 0 THEN NULL ELSE list_max(items) END"
    ),
    "trino_nulls_kept_min(items)": (
        "CASE WHEN len(list_filter(items, lambda item: item IS NULL)) > 0 THEN NULL ELSE list_min(items) END"
    ),
    "trino_position(items, wanted)": (
        "CAST(coalesce(list_position(items, wanted), CASE WHEN items IS NOT NULL AND wanted IS NOT NULL THEN 0 END) AS BIGINT)"
    ),
    "trino_base(x, radix)": "CASE WHEN x < 0 THEN '-' ELSE '' END || lower(to_base(abs(x), CAST(radix AS INTEGER)))",
    "trino_zero_padded(t, width)": (
        "CASE WHEN starts_with(t, '-') THEN '-' ELSE '' END || lpad(ltrim(t, '-'), CAST(GREATEST("
        "width - (length(t) - length(ltrim(t, '-'))), length(ltrim(t, '-'))) AS INTEGER), '0')"
    ),
    "trino_flatten(lists)": "flatten(list_filter(lists, lambda item: item IS NOT NULL))",
    "trino_first_of_each(entries)": (
        "map_from_entries(list_filter(entries, lambda entry, place: "
        "list_position(list_transform(entries, lambda other: other.key), entry.key) = place))"
    ),
    "trino_gathered(entries)": (
        "map_from_entries(list_transform(list_distinct(list_transform(entries, lambda entry: entry.key)), lambda wanted: "
        "{'key': wanted, 'value': list_transform(list_filter(entries, lambda entry: entry.key = wanted), "
        "lambda entry: entry.value)}))"
    ),
    "trino_ngrams(items, n)": (
        "CASE WHEN len(items) <= n THEN [items] ELSE list_transform(range(1, len(items) - n + 2), "
        "lambda place: list_slice(items, place, place + n - 1)) END"
    ),
    # Up to these sizes Athena's estimates are exact; beyond them they are other numbers than any that could be told here.
    "trino_few(items)": (
        "CASE WHEN len(items) > 10 THEN list_slice(items, 1, CAST(trino_fail('Athena estimates approx_percentile over more "
        "than 10 values, and the estimate is not known here') AS BIGINT)) ELSE items END"
    ),
    "trino_few_distinct(n)": (
        "CASE WHEN n > 200 THEN CAST(trino_fail('Athena estimates approx_distinct over more than 200 values, and the "
        "estimate is not known here: count(DISTINCT x) is exact on both') AS BIGINT) ELSE n END"
    ),
    "trino_distinct_list(items)": "CASE WHEN len(items) > 5000 THEN list_distinct(items) ELSE trino_distinct(items) END",
    "trino_percentile(items, share)": (
        "CASE WHEN share < 0 OR share > 1 THEN list_extract(items, CAST(trino_fail('percentile must be between 0 and 1') "
        "AS BIGINT)) ELSE list_extract(items, CAST(LEAST(floor(share * len(items)), len(items) - 1) AS BIGINT) + 1) END"
    ),
}

_NAMES = {written.partition("(")[0]: written for written in MACROS}
_CALL = re.compile(r"\btrino_\w+(?=\()")


def needed(sql: str) -> list[str]:
    """The statements that make the macros that a text calls, those that others build on first."""
    found: dict[str, str] = {}
    _collect(sql, found)
    return list(found.values())


def _collect(sql: str, found: dict[str, str]) -> None:
    for name in dict.fromkeys(_CALL.findall(sql)):
        if name in _NAMES and name not in found:
            body = MACROS[_NAMES[name]]
            _collect(body, found)
            found[name] = f"CREATE OR REPLACE TEMP MACRO {_NAMES[name]} AS {body}"

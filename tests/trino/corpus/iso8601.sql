select from_iso8601_date('2025-04-01') a,
    from_iso8601_timestamp('2025-04-01T10:00:00Z') b,
    from_iso8601_timestamp('2025-04-01T10:00:00+02:00') = timestamp '2025-04-01 08:00:00 UTC' c,
    to_iso8601(date '2025-04-01') d,
    to_iso8601(max(order_timestamp)) e
from orders

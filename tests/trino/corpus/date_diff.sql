select order_id,
    date_diff('day', date '2025-03-30', "date") d,
    date_diff('month', date '2024-02-29', "date") m,
    date_diff('hour', timestamp '2025-03-30 00:00:00 UTC', order_timestamp) h,
    date_diff('week', "date", date '2025-05-01') w,
    date_diff('year', date '2024-03-01', "date") y,
    date_diff('month', date '2025-01-31', date '2025-02-28') me,
    date_diff('day', date '2025-04-05', "date") neg,
    date_diff('month', "date", order_timestamp) mix,
    date_diff('second', order_timestamp, timestamp '2025-04-01 00:00:00 UTC') s
from orders
order by order_id

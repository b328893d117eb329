select order_id,
    date_add('day', 3, "date") d,
    date_add('month', -1, "date") m,
    date_add('hour', 5, order_timestamp) h,
    date_add('month', 1, date '2025-01-31') e,
    date_add('week', 2, "date") w,
    date_add('minute', -90, order_timestamp) mi
from orders
order by order_id

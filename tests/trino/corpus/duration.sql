select order_timestamp - timestamp '2025-04-01 00:00:00 UTC' > interval '1' hour d,
    order_id
from orders
order by order_id

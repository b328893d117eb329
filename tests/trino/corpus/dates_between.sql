select order_id
from orders
where "date" between date '2025-03-31' and date '2025-04-01' and order_timestamp < timestamp '2025-04-01 12:00:00 UTC'
order by 1

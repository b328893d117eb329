select order_id,
    row_number() over (partition by user_id order by order_timestamp) rn,
    rank() over (order by total_amount) rk,
    dense_rank() over (order by total_amount) dr,
    lag(total_amount) over (partition by user_id order by order_timestamp) prev,
    lead(order_id, 1, -1) over (order by order_id) nxt,
    sum(total_amount) over (order by order_id rows between 1 preceding and current row) s,
    first_value(order_id) over (partition by "date" order by order_timestamp) f,
    last_value(order_id) over (partition by "date" order by order_timestamp rows between unbounded preceding and unbounded following) l
from orders
order by order_id

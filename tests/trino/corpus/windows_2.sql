select order_id,
    ntile(3) over (order by order_id) n,
    percent_rank() over (order by order_id) p,
    cume_dist() over (order by order_id) c,
    nth_value(order_id, 2) over (order by order_id) nv,
    lag(total_amount) ignore nulls over (order by order_timestamp) li,
    avg(total_amount) over (partition by user_id) a
from orders
order by order_id

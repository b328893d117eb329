select order_id,
    sum(order_id) over (order by order_id) a,
    avg(order_id) over (partition by user_id) b,
    sum(count(*)) over () d,
    avg(sum(total_amount)) over () e
from orders
group by order_id,
    user_id,
    total_amount
order by order_id

select user_id,
    array_agg(order_id order by order_id desc) a,
    array_join(array_agg(cast(order_id as varchar) order by order_id), ',') b,
    listagg(cast(order_id as varchar), ';') within group (order by order_id) c,
    array_agg(total_amount order by order_id) filter (where total_amount > 0) d
from orders
group by user_id
order by user_id

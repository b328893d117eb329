select o.order_id,
    x.items
from orders o cross join lateral (select count(*) as items from order_items i where i.order_id = o.order_id) x
order by 1

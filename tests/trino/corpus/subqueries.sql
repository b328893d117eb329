select order_id
from orders o
where exists (select 1 from order_items i where i.order_id = o.order_id and reordered = 1) and total_amount > (select avg(total_amount) from orders) and user_id in (select user_id from order_items)
order by 1

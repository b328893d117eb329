select order_id
from orders intersect select order_id
from order_items union all select 0 except select 101
order by 1

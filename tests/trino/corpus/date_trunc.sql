select order_id,
    date_trunc('month', order_timestamp) m,
    date_trunc('week', "date") w,
    date_trunc('hour', order_timestamp) h,
    date_trunc('quarter', "date") q,
    date_trunc('year', "date") y
from orders
order by order_id

select order_id,
    format_datetime(order_timestamp, 'yyyy-MM-dd HH:mm:ss') a,
    format_datetime(order_timestamp, 'dd/MM/yy') b,
    format_datetime(order_timestamp, 'EEEE, MMM d') c,
    format_datetime(order_timestamp, 'MMMM yyyy') d,
    format_datetime(order_timestamp, 'hh:mm a') e,
    format_datetime(order_timestamp, 'HH:mm:ss.SSS') f
from orders
order by order_id

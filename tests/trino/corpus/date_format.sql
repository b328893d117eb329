select order_id,
    date_format(order_timestamp, '%Y-%m-%d %H:%i:%s') a,
    date_format(order_timestamp, '%W %M %e %y') b,
    date_format(order_timestamp, '%a %b %d %j') c,
    date_format(order_timestamp, '%h:%i %p') d,
    date_format(order_timestamp, '%T') e,
    date_format(order_timestamp, '%f') f,
    date_format(order_timestamp, '%k|%l|%c') g
from orders
order by order_id

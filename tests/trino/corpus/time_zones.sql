select order_id,
    format_datetime(at_timezone(order_timestamp, 'America/New_York'), 'yyyy-MM-dd HH:mm') ny,
    cast(order_timestamp at time zone 'Asia/Tokyo' as date) tokyo,
    hour(at_timezone(order_timestamp, 'Europe/Berlin')) berlin,
    date_trunc('day', at_timezone(order_timestamp, 'UTC')) utc_day
from orders
order by order_id

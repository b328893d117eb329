select id,
    date_add('day', days_since_prior_order, "date") a,
    date_add('day', -add_to_cart_order, "date") b,
    "date" - interval '7' day c
from order_items
order by id

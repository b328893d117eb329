select approx_distinct(user_id) u, approx_distinct("date") d from orders

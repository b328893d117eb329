select map_agg(order_id, user_id)[101] a,
    histogram(user_id)[1] b,
    cardinality(map_agg(order_id, user_id)) c,
    element_at(histogram(user_id), 9) d
from orders
where user_id is not null and order_id is not null

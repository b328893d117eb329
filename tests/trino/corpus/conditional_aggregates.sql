select count_if(total_amount > 10) a,
    bool_or(total_amount < 0) b,
    bool_and(total_amount < 100) c,
    every(total_amount < 100) d,
    max_by(order_id, order_timestamp) e,
    min_by(order_id, total_amount) f,
    count(*) filter (where user_id = 1) g,
    arbitrary(1) h,
    max_by(order_id, order_timestamp, 2) i,
    sum(if(user_id = 1, 1, 0)) j,
    count(distinct user_id) k
from orders

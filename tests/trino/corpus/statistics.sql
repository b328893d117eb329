select avg(total_amount) a,
    avg(order_id) b,
    sum(total_amount) / count(*) c,
    round(stddev(order_id), 6) d,
    round(stddev_pop(order_id), 6) e,
    round(variance(order_id), 6) f,
    round(corr(order_id, user_id), 6) g,
    sum(order_id) h,
    round(geometric_mean(order_id), 6) i,
    max(total_amount) - min(total_amount) j,
    var_pop(order_id) k
from orders

select sum(total_amount) / count(*) / 2 a,
    (1 + 2) / (3 - 1) b,
    100.0 * sum(reordered) / count(*) c,
    sum(reordered) * 1.5 d,
    avg(distinct reordered) e,
    sum(distinct reordered) f,
    avg(reordered + 0.5) g,
    count(*) / cast(count(reordered) as double) h
from order_items cross join (select total_amount from orders where order_id = 101) o

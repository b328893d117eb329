select user_id,
    "date",
    sum(total_amount) s
from orders
where user_id is not null
group by rollup (user_id, "date")
order by 1 nulls last,
    2 nulls last

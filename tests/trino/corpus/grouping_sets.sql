select user_id,
    "date",
    count(*) c,
    grouping(user_id, "date") g
from orders
where user_id < 3
group by grouping sets ((user_id, "date"), (user_id), ())
order by 4,
    1,
    2

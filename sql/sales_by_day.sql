-- title: Orders and turnover by day
-- param since date = 1900-01-01: the first day
-- param until date = 9999-12-31: the last day
select
    "date",
    count(*) as orders,
    count(distinct user_id) as customers,
    sum(total_amount) as turnover,
    cast(avg(total_amount) as decimal(12, 2)) as average_order,
    sum(sum(total_amount)) over (order by "date") as turnover_so_far
from orders
where "date" between :since and :until
group by "date"
order by "date"

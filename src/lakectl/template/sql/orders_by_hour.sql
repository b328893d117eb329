-- A query of your own: `lakectl query orders_by_hour -p since=2025-04-01`. Its name is the file's name.
-- SQL is Athena's on every target. A parameter has a type, and where it has no default it must be given.
-- title: Orders by hour of the day
-- param since date = 1970-01-01: the first day that counts
select hour(order_timestamp) as hour, count(*) as orders, sum(total_amount) as amount
from orders
where date >= :since
group by hour(order_timestamp)
order by hour

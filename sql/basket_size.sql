-- title: How many items an order has
-- param since date = 1900-01-01: the first day
-- param until date = 9999-12-31: the last day
with baskets as (
    select order_id, count(*) as items
    from order_items
    where "date" between :since and :until
    group by order_id
)
select
    items,
    count(*) as orders,
    cast(round(100.0000 * count(*) / sum(count(*)) over (), 2) as decimal(5, 2)) as share_percent,
    sum(count(*)) over (order by items) as orders_up_to_here
from baskets
group by items
order by items

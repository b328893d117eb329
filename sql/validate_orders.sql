-- title: Do the orders hold what they promise: one line per check, with the rows that fail it
with findings as (
    select 1 as place, 'order_id is null' as check_name, count(*) as examined, count_if(order_id is null) as failing
    from orders
    union all
    select 2, 'order_id is there more than once', count(*), count(*) - count(distinct order_id)
    from orders
    union all
    select 3, 'order_timestamp is null', count(*), count_if(order_timestamp is null)
    from orders
    union all
    select 4, 'date is not the day of order_timestamp in UTC', count(*),
        count_if(cast(at_timezone(order_timestamp, 'UTC') as date) <> "date")
    from orders
    union all
    select 5, 'total_amount is null', count(*), count_if(total_amount is null)
    from orders
    union all
    select 6, 'order has no items', count(*), count_if(i.order_id is null)
    from orders o
    left join (select distinct order_id from order_items) i on i.order_id = o.order_id
    union all
    select 7, 'item belongs to no order', count(*), count_if(o.order_id is null)
    from order_items i
    left join (select distinct order_id from orders) o on o.order_id = i.order_id
    union all
    select 8, 'item names no product', count(*), count_if(p.product_id is null)
    from order_items i
    left join products p on p.product_id = i.product_id
)
select check_name, examined, failing, if(failing = 0, 'ok', 'look') as verdict
from findings
order by place

-- title: The customers who spent most
-- param limit integer = 10: how many customers
with customers as (
    select
        user_id,
        count(*) as orders,
        sum(total_amount) as spent,
        cast(min(order_timestamp) as date) as first_order,
        cast(max(order_timestamp) as date) as last_order
    from orders
    where user_id is not null
    group by user_id
),
ranked as (
    select row_number() over (order by spent desc nulls last, orders desc, user_id) as place, customers.*
    from customers
)
select place, user_id, orders, spent, first_order, last_order
from ranked
where place <= :limit
order by place

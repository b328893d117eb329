-- title: Customers by how often they ordered, and what they spent
select
    orders,
    count(*) as customers,
    cast(round(100.0000 * count(*) / sum(count(*)) over (), 2) as decimal(5, 2)) as share_percent,
    sum(spent) as spent,
    cast(round(avg(days_between), 1) as decimal(10, 1)) as average_days_between_orders
from (
    select
        user_id,
        count(*) as orders,
        sum(total_amount) as spent,
        cast(date_diff('day', min("date"), max("date")) as double) / nullif(count(*) - 1, 0) as days_between
    from orders
    where user_id is not null
    group by user_id
) as customers
group by orders
order by orders

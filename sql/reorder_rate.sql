-- title: The products that customers order again
-- param limit integer = 20: how many products
-- param min_items integer = 1: leave out products that sold less often than this
with products_sold as (
    select
        product_id,
        count(*) as items,
        count_if(reordered = 1) as reorders,
        cast(round(100.0000 * count_if(reordered = 1) / count(*), 2) as decimal(5, 2)) as reorder_percent
    from order_items
    where reordered is not null
    group by product_id
    having count(*) >= :min_items
),
ranked as (
    select
        row_number() over (order by s.reorder_percent desc, s.items desc, s.product_id) as place,
        s.product_id, p.product_name, p.department, s.items, s.reorders, s.reorder_percent
    from products_sold s
    left join products p on p.product_id = s.product_id
)
select place, product_id, product_name, department, items, reorders, reorder_percent
from ranked
where place <= :limit
order by place

-- title: What sells by department: items, orders, share of all items
-- param since date = 1900-01-01: the first day
-- param until date = 9999-12-31: the last day
select
    p.department_id,
    p.department,
    count(*) as items,
    count(distinct i.order_id) as orders,
    count(distinct i.product_id) as products,
    cast(round(100.0000 * count(*) / sum(count(*)) over (), 2) as decimal(5, 2)) as share_percent
from order_items i
join products p on p.product_id = i.product_id
where i."date" between :since and :until
group by p.department_id, p.department
order by items desc, p.department_id, p.department

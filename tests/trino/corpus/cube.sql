select reordered,
    product_id,
    count(*) c
from order_items
where product_id < 3
group by cube (reordered, product_id)
order by 1,
    2,
    3

select product_id,
    count(i.id) c
from products p left join order_items i using (product_id)
group by product_id
having count(i.id) < 3
order by c desc,
    product_id offset 1 limit 3

select order_id from orders order by total_amount desc nulls last, order_id fetch first 2 rows only

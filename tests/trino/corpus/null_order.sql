select order_id, total_amount from orders order by total_amount, order_id

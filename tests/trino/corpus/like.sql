select product_name
from products
where product_name like '%b%' escape '!' or product_name like 'Cr_me%'
order by 1

select year("date") y, count(*) from orders group by 1 order by 1

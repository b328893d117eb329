select "date", count(*) "order count" from orders group by "date" order by "date"

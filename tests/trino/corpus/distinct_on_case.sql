select distinct department from products order by department

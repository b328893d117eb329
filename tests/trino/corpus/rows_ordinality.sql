select r."row",
    f.n,
    f.rule
from rejected_records r cross join unnest(faults) with ordinality as f(c, v, rule, n)
where dataset = 'orders'
order by 1,
    2

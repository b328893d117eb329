select r.dataset,
    r."row",
    f."column",
    f."value",
    f.rule,
    cardinality(r.faults) c
from rejected_records r cross join unnest(r.faults) as f("column", "value", rule)
order by 1,
    2,
    3

select r."row", k, v from rejected_records r cross join unnest(record) as m(k, v) order by 1, 2, 3

select r."row",
    record['order_num'] a,
    element_at(record, 'missing') b,
    cardinality(record) c,
    array_sort(map_keys(record)) k
from rejected_records r
where dataset = 'orders'
order by r."row"

select "row",
    faults[1].rule a,
    faults[1]."column" b,
    transform(faults, f -> f.rule) c,
    cardinality(filter(faults, f -> f.rule = 'required')) d
from rejected_records
order by dataset,
    "row"

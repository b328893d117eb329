-- title: Why rows were refused: dataset, column and rule, the commonest first
-- param status string = open: open (still to mend), resolved, or all
with faults as (
    select r.dataset, r.source_file, r.sheet, r."row", f."column" as column_name, f."value" as bad_value, f.rule
    from rejected_records r
    cross join unnest(r.faults) as f ("column", "value", rule)
    where :status = 'all'
        or (:status = 'open' and r.resolved_by is null)
        or (:status = 'resolved' and r.resolved_by is not null)
)
select
    dataset,
    column_name,
    rule,
    count(*) as faults,
    count(distinct source_file) as files,
    min(source_file) as first_file,
    min(bad_value) as example
from faults
group by dataset, column_name, rule
order by faults desc, dataset, column_name, rule

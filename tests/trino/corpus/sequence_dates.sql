select d
from unnest(sequence(date '2025-03-30', date '2025-04-02', interval '1' day)) as t(d)
order by d

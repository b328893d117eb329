with recursive t(n) as (values 1 union all select n + 1 from t where n < 5) select sum(n) s,
    count(*) c
from t

select 'a' || null a,
    concat('a', null) b,
    coalesce(null, 'x') c,
    nullif('a', 'a') d,
    if(1 > 2, 'y') e,
    if(null, 'y', 'n') f,
    case when null then 1 else 2 end g,
    null is distinct
from 1 h,
    greatest(1, 2) i,
    least('b', 'a') j,
    greatest(1, null) k,
    concat(null, 'b') is null l

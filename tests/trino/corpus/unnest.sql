select t.a,
    t.n,
    u.k,
    u.v
from unnest(array['x','y']) with ordinality as t(a, n) cross join unnest(map(array['p','q'], array[1,2])) as u(k, v)
order by n,
    k

select map(array['a','b'], array[1,2])['b'] e,
    map_values(map(array['a'], array[7])) v,
    cardinality(map_filter(map(array['a','b'], array[1,2]), (k, v) -> v > 1)) f,
    transform_values(map(array['a'], array[1]), (k, v) -> v + 1)['a'] t,
    map_concat(map(array['a'], array[1]), map(array['b'], array[2]))['b'] c

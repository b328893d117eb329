select array_sort(array_intersect(array[1,2,3], array[2,3,4])) i,
    array_sort(array_union(array[1,2], array[2,3])) u,
    array_sort(array_except(array[1,2,3], array[2])) e,
    arrays_overlap(array[1,2], array[2]) o,
    array_remove(array[1,2,1], 1) r,
    sequence(1, 5) s,
    sequence(1, 10, 3) s2,
    repeat('x', 3) rp

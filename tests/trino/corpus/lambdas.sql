select filter(array[1,2,3,4], x -> x % 2 = 0) f,
    transform(array[1,2], x -> x * 10) t,
    reduce(array[1,2,3], 0, (s, x) -> s + x, s -> s) r,
    any_match(array[1,2], x -> x > 1) a,
    all_match(array[1,2], x -> x > 1) al,
    none_match(array[1,2], x -> x > 5) n,
    zip_with(array[1,2], array[10,20], (x, y) -> x + y) z

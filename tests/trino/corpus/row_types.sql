select row(1, 'a') = row(1, 'a') a,
    cast(row(1, 'x') as row(n integer, s varchar)).s b,
    (1, 2) = (1, 2) c,
    (2, 1) in ((1, 2), (2, 1)) d

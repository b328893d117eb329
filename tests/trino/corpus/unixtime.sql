select from_unixtime(1743502530) a,
    to_unixtime(timestamp '2025-04-01 10:15:30 UTC') b,
    from_unixtime(0) c

select now() > timestamp '2020-01-01 00:00:00 UTC' a,
    current_date > date '2020-01-01' b,
    current_timestamp >= now() d,
    date(current_timestamp) = current_date e

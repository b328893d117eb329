select with_timezone(timestamp '2025-04-01 10:00:00', 'Europe/Berlin') = timestamp '2025-04-01 08:00:00 UTC' same,
    date_format(timestamp '2025-04-01 10:00:00 Europe/Berlin' at time zone 'UTC', '%H:%i') v

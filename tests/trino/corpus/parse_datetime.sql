select parse_datetime('2025-04-01 10:11', 'yyyy-MM-dd HH:mm') a

select last_day_of_month(date '2024-02-10') a, last_day_of_month(date '2025-12-31') b

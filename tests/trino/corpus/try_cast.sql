select try_cast('12' as integer) a,
    try_cast('12x' as integer) b,
    try_cast('2025-02-30' as date) c,
    try_cast('1.5' as decimal(5,1)) d,
    try(1/0) e,
    try_cast('' as bigint) f,
    try_cast('true' as boolean) g

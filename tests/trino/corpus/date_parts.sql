select order_id,
    year("date") y,
    month("date") m,
    day("date") d,
    day_of_week("date") dow,
    day_of_year("date") doy,
    week("date") w,
    quarter("date") q,
    hour(order_timestamp) h,
    minute(order_timestamp) mi,
    second(order_timestamp) s,
    extract(year from "date") ey,
    extract(dow from "date") ed,
    year_of_week("date") yow,
    millisecond(order_timestamp) ms
from orders
order by order_id

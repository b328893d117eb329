select order_id,
    "date" + interval '1' day a,
    "date" - interval '1' month b,
    order_timestamp + interval '90' minute c,
    order_timestamp - interval '2' hour d,
    "date" + interval '1' year e
from orders
order by order_id

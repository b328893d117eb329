select date_parse('2025-04-01 10:11:12', '%Y-%m-%d %H:%i:%s') a,
    date_parse('01/04/25', '%d/%m/%y') b,
    cast(date_parse('2025-04-01', '%Y-%m-%d') as date) c,
    date_parse('April 5 2025', '%M %e %Y') d

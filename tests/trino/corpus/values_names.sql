select n, upper(s) u from (values (1, 'a'), (2, 'b')) as t(n, s) order by n desc

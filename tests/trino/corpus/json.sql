select json_extract_scalar('{"a":{"b":[1,"x"]}}', '$.a.b[1]') s,
    json_extract_scalar('{"a":1.5}', '$.a') n,
    json_extract_scalar('{"a":1}', '$.z') z,
    json_array_length('[1,2,3]') l,
    json_format(json_extract('{"a":[1,2]}', '$.a')) f,
    cast(json_extract('{"a":7}', '$.a') as integer) i,
    json_size('{"a":{"x":1,"y":2}}', '$.a') sz

select cast(json_parse('[1,2,3]') as array(integer)) a,
    json_format(json_parse('[1, {"a": [true,null]}]')) f,
    json_extract_scalar(json_parse('{"k":"v"}'), '$.k') k

select regexp_like('order-12', '\d+') a,
    regexp_extract('order-12', '(\w+)-(\d+)', 2) b,
    regexp_extract('abc', '\d') c,
    regexp_replace('a1b22', '\d+', '#') d,
    regexp_extract_all('a1b22', '\d+') e,
    regexp_split('a,b;c', '[,;]') f,
    regexp_count('a1b22', '\d') g,
    regexp_replace('ab', '(a)(b)', '$2$1') h,
    regexp_replace('a1', '\d') i

-- Words of the files of `linking/`.

-- A reference without what people change when they copy it: case, blanks, punctuation.
create or replace macro slug(reference_) as regexp_replace(upper(reference_), '[\s\p{P}]', '', 'g');

-- Digests of a text, and of it with each one of its characters left out: two texts that share one are one slip apart, or
-- differ by a character left out here and another there.
create or replace macro pieces(text_) as list_distinct(
    list_prepend(
        hash(text_),
        list_transform(range(1, length(text_) + 1), lambda nth: hash(text_[: nth - 1] || text_[nth + 1 :]))
    )
);

-- How often two references that are numbers of one length are one slip apart.
create or replace macro by_length(slug_) as
    least(1, 10 * length(ltrim(slug_, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'))
        / pow(10, length(ltrim(slug_, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'))));

-- Digests of the first, the middle and the last third of a text.
create or replace macro thirds(text_) as [
    hash('first' || text_[: length(text_) // 3]),
    hash('middle' || text_[length(text_) // 3 + 1 : length(text_) // 3 * 2]),
    hash('last' || text_[length(text_) - length(text_) // 3 + 1 :])
];

-- Days between two intervals; 0 where they overlap, null where a bound is unknown.
create or replace macro days_apart(from_, to_, other_from, other_to) as
    case when from_ is not null and to_ is not null and other_from is not null and other_to is not null then
        greatest(0, epoch_us(from_) - epoch_us(other_to), epoch_us(other_from) - epoch_us(to_)) / 86400e6
    end;

-- Days that an interval covers.
create or replace macro width(from_, to_) as (epoch_us(to_) - epoch_us(from_)) / 86400e6;

-- The civil days of an interval of at most three days, and the days beside them; none of a longer or unknown one.
create or replace macro days_of(from_, to_) as
    case when width(from_, to_) <= 3 then
        range(day_of(from_)::timestamp - interval 1 day, day_of(to_)::timestamp + interval 2 day, interval 1 day)
    end;

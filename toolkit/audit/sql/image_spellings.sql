-- Images that some register writes otherwise than the entries do, whichever of its records does.
-- Grain:  one row per written.
-- Reads:  image_names.
-- image_ref: the image it surely is; null where it may be one of several. perhaps: all that it may be.
select
    written,
    case when count(distinct image_ref) filter (where is_sure) = 1 then min(image_ref) filter (where is_sure) end
        as image_ref,
    set_of(image_ref) as perhaps
from image_names
group by written

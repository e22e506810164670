-- Words that the views, questions and rules share: one expression each. Defined before the views.

-- A list without its nulls.
create or replace macro given(values_) as list_filter(values_, lambda one: one is not null);

-- A record, as evidence: its key (see origins.py, which numbers the places); null where there is no source. A locator is a text
-- and the number at its end, without the zeros before it: "frame 007" is "frame 00" and 7. Most say "line 3", and need no
-- regular expression.
create or replace macro is_line(locator_) as 'line ' || try_cast(substr(locator_, 6) as uinteger) = locator_;
create or replace macro before_number(locator_) as
    case when is_line(locator_) then 'line ' else regexp_replace(locator_, '(0|[1-9][0-9]{0,9})$', '') end;
create or replace macro number_after(locator_) as
    coalesce(try_cast(regexp_extract(locator_, '(0|[1-9][0-9]{0,9})$') as bigint) + 1, 0);
create or replace macro place_text(source_, before_) as length(source_) || chr(9) || source_ || before_;
create or replace macro place_number(source_, before_) as coalesce(
    enum_code(try_cast(place_text(source_, before_) as numbered_place)),
    error('no number for the place ''' || before_ || ''' of ' || source_ || ': see origins.number_places')
)::bigint << 34;
create or replace macro origin_of(source_, locator_) as
    case
        when source_ is null then null
        when is_line(locator_) then place_number(source_, 'line ') + substr(locator_, 6)::bigint + 1
        else place_number(source_, before_number(coalesce(locator_, ''))) + number_after(coalesce(locator_, ''))
    end;

-- The different values of a list, in order, without null.
create or replace macro ordered(list_) as
    case when len(list_) < 2 and list_[1] is not null then list_ else list_sort(list_distinct(list_)) end;

-- The different values of a column, in order, without null (an aggregate).
create or replace macro set_of(values_) as coalesce(ordered(list(values_)), []);

-- Evidence: several lists as one, and the records of a group (an aggregate). They come as they are, some twice: each record
-- of a row stands once and in order when it is answered (origins.py), and nowhere before.
create or replace macro all_of(lists) as flatten(lists);
create or replace macro records_of(keys_) as coalesce(list(keys_), []);

-- A value as a set of one; an empty one where it is null.
create or replace macro alone(value_) as case when value_ is null then [] else [value_] end;

-- A moment as people and machines write it. Without a time zone strftime takes less than half the time.
create or replace macro moment(at_) as
    case when isfinite(cast(at_ as timestamptz))
        then strftime(make_timestamp(epoch_us(cast(at_ as timestamptz))), '%Y-%m-%dT%H:%M:%SZ')
        else strftime(at_, '%Y-%m-%dT%H:%M:%SZ') end;

-- A date as the value of an answer.
create or replace macro date_value(text_, earliest_, latest_, precision_) as
    to_json(
        struct_pack(
            "text" := text_, earliest := moment(earliest_), latest := moment(latest_), "precision" := precision_
        )
    );

-- The civil day in London on which a moment lies.
create or replace macro day_of(at_) as cast(timezone('Europe/London', at_) as date);

-- An agreement or tenure stated in days holds from the first moment of its first day to the last of its last: an end
-- that is known to the day has one reading. One that is known to the month, the year, or as an interval ("2019-10-04/..":
-- at least until then) has two bounds.
create or replace macro is_exact(text_, precision_) as
    coalesce(precision_ in ('day', 'minute', 'second') and not contains(text_, '/'), false);
create or replace macro begin_latest(text_, earliest_, latest_, precision_) as
    case when is_exact(text_, precision_) then earliest_ else latest_ end;
create or replace macro end_earliest(text_, earliest_, latest_, precision_) as
    case when is_exact(text_, precision_) then latest_ else earliest_ end;

-- An event in a validity with two uncertain ends, by its four bounds: definite, possible, outside.
-- A bound that nobody states is null, and leaves the event possible.
create or replace macro cover(event_from, event_to, begins_, surely_from, surely_to, ends_) as
    case
        when event_to <= begins_ or event_from >= ends_ then 'outside'
        when event_from >= surely_from and event_to <= surely_to then 'definite'
        else 'possible'
    end;

-- A span of an input table as the value of an answer; null where it is blank.
create or replace macro date_or_null(text_, earliest_, latest_, precision_) as
    case when text_ is not null then date_value(text_, earliest_, latest_, precision_) end;

-- The verdict of a rule that has reached a word: conforms, breach and not_applicable are verdicts, any other a reason.
create or replace macro verdict_of(outcome_) as
    case when outcome_ in ('conforms', 'breach', 'not_applicable') then outcome_ else 'cannot_determine' end;
create or replace macro reasons_of(outcome_) as
    case when outcome_ in ('conforms', 'breach', 'not_applicable') then []::varchar[] else [outcome_] end;

-- Words that the views, questions and rules share: one expression each. Defined before the views.

-- A list without its nulls.
create or replace macro given(values_) as list_filter(values_, lambda one: one is not null);

-- A record, as evidence: its key (see origins.py); null where there is none. Keys are in the order of (source, locator).
create or replace macro number_of(locator_) as regexp_extract(locator_, '[1-9][0-9]{0,9}$');
create or replace macro place_of(source_, place_) as
    enum_code(cast(source_ || chr(9) || place_ as origin_place))::bigint << 38;
create or replace macro tens(digits_) as
    [1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1][digits_];
create or replace macro origin_of(source_, locator_) as
    case
        when source_ is null then null
        when 'line ' || try_cast(substr(locator_, 6) as uinteger) = locator_ and locator_ <> 'line 0'
            then place_of(source_, 'line ')
                + substr(locator_, 6)::bigint * tens(length(locator_) - 5) * 16 + length(locator_) - 5
        when number_of(coalesce(locator_, '')) = '' then place_of(source_, coalesce(locator_, ''))
        else place_of(source_, left(locator_, length(locator_) - length(number_of(locator_))))
            + number_of(locator_)::bigint * tens(length(number_of(locator_))) * 16 + length(number_of(locator_))
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

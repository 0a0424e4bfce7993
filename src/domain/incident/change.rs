//! Knows what one report on an incident says otherwise than the one before it.

use super::Severity;
use crate::domain::checkin::IncidentContent;
use crate::domain::form::Field;
use crate::domain::time::Timestamp;

/// What a field says. A count that is not known yet is a value of its own, not zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// The code of a class.
    Class(String),
    /// How grave it is.
    Severity(Severity),
    /// A text; empty: not given.
    Text(String),
    /// A number; `None`: not known yet.
    Number(Option<u32>),
    /// An instant; `None`: not given.
    Time(Option<Timestamp>),
    /// Whether leaders must know at once.
    Flag(bool),
}

/// One field that says something else than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The field.
    pub field: Field,
    /// What the earlier report says.
    pub before: Value,
    /// What the later one says.
    pub after: Value,
}

/// Gives what a report says, field by field, in the order in which people read it.
pub fn values(said: &IncidentContent) -> Vec<(Field, Value)> {
    let text = |field, text: &String| (field, Value::Text(text.clone()));
    vec![
        (Field::Class, Value::Class(said.class.clone())),
        (Field::Severity, Value::Severity(said.severity)),
        (Field::Urgent, Value::Flag(said.urgent)),
        text(Field::Place, &said.place),
        text(Field::What, &said.what),
        (Field::Dead, Value::Number(said.dead)),
        (Field::Injured, Value::Number(said.injured)),
        (Field::Missing, Value::Number(said.missing)),
        (Field::Evacuated, Value::Number(said.evacuated)),
        (Field::Houses, Value::Number(said.houses)),
        (Field::Loss, Value::Number(said.loss)),
        text(Field::Measures, &said.measures),
        text(Field::Cause, &said.cause),
        text(Field::Trend, &said.trend),
        text(Field::Requested, &said.requested),
        text(Field::CallBack, &said.call_back),
        text(Field::Source, &said.source),
        (Field::Occurred, Value::Time(said.occurred)),
        (Field::Learned, Value::Time(said.learned)),
    ]
}

/// Gives the fields in which two reports differ; none for two that say the same.
pub fn changes(before: &IncidentContent, after: &IncidentContent) -> Vec<Change> {
    values(before)
        .into_iter()
        .zip(values(after))
        .filter(|((_, before), (_, after))| before != after)
        .map(|((field, before), (_, after))| Change { field, before, after })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_millis;
    use proptest::prelude::*;

    fn number() -> impl Strategy<Value = Option<u32>> {
        prop::option::of(0u32..3)
    }

    prop_compose! {
        fn contents()(
            severity in prop::sample::select(Severity::ALL.to_vec()),
            texts in prop::collection::vec("[ab]?", 9),
            numbers in (number(), number(), number(), number(), number(), number()),
            times in (prop::option::of(0i64..3), prop::option::of(0i64..3)),
            urgent in any::<bool>(),
        ) -> IncidentContent {
            let (dead, injured, missing, evacuated, houses, loss) = numbers;
            let text = |n: usize| texts[n].clone();
            IncidentContent {
                class: text(0), severity, place: text(1), what: text(2), measures: text(3), source: text(4),
                cause: text(5), trend: text(6), requested: text(7), call_back: text(8),
                dead, injured, missing, evacuated, houses, loss,
                occurred: times.0.and_then(from_millis), learned: times.1.and_then(from_millis), urgent,
            }
        }
    }

    /// Puts what a change says into a report.
    fn put(said: &mut IncidentContent, field: Field, value: Value) {
        let number = |value| match value {
            Value::Number(n) => n,
            other => panic!("{other:?}"),
        };
        match (field, value) {
            (Field::Class, Value::Class(v)) => said.class = v,
            (Field::Severity, Value::Severity(v)) => said.severity = v,
            (Field::Urgent, Value::Flag(v)) => said.urgent = v,
            (Field::Place, Value::Text(v)) => said.place = v,
            (Field::What, Value::Text(v)) => said.what = v,
            (Field::Measures, Value::Text(v)) => said.measures = v,
            (Field::Cause, Value::Text(v)) => said.cause = v,
            (Field::Trend, Value::Text(v)) => said.trend = v,
            (Field::Requested, Value::Text(v)) => said.requested = v,
            (Field::CallBack, Value::Text(v)) => said.call_back = v,
            (Field::Source, Value::Text(v)) => said.source = v,
            (Field::Occurred, Value::Time(v)) => said.occurred = v,
            (Field::Learned, Value::Time(v)) => said.learned = v,
            (Field::Dead, v) => said.dead = number(v),
            (Field::Injured, v) => said.injured = number(v),
            (Field::Missing, v) => said.missing = number(v),
            (Field::Evacuated, v) => said.evacuated = number(v),
            (Field::Houses, v) => said.houses = number(v),
            (Field::Loss, v) => said.loss = number(v),
            other => panic!("{other:?}"),
        }
    }

    proptest! {
        #[test]
        fn the_changes_turn_the_earlier_report_into_the_later_one_and_back(a in contents(), b in contents()) {
            let (mut forth, mut back) = (a.clone(), b.clone());
            for change in changes(&a, &b) {
                prop_assert_ne!(&change.before, &change.after);
                put(&mut forth, change.field, change.after);
                put(&mut back, change.field, change.before);
            }
            prop_assert_eq!(forth, b);
            prop_assert_eq!(back, a);
        }

        #[test]
        fn a_report_differs_from_itself_in_nothing(a in contents()) {
            prop_assert_eq!(changes(&a, &a), vec![]);
        }
    }

    #[test]
    fn what_is_not_known_yet_is_not_zero() {
        let before = IncidentContent::default();
        let after = IncidentContent {
            dead: Some(0),
            ..IncidentContent::default()
        };
        let change = Change {
            field: Field::Dead,
            before: Value::Number(None),
            after: Value::Number(Some(0)),
        };
        assert_eq!(changes(&before, &after), [change]);
    }
}

//! Knows how words are taken out of a report after it was kept: whole texts, or single words wherever they stand.

use super::checkin::{Content, IncidentContent};
use super::form::Field;

/// What stands in the place of words that were taken out.
pub const HIDDEN: &str = "■■■";

/// The fields of a report that hold texts, in the order of its form.
pub const TEXTS: [Field; 10] = [
    Field::Place,
    Field::What,
    Field::Measures,
    Field::Source,
    Field::Cause,
    Field::Trend,
    Field::Requested,
    Field::CallBack,
    Field::Reason,
    Field::CallerPost,
];

/// Reads the name of a field that holds a text.
pub fn text_field(code: &str) -> Option<Field> {
    TEXTS.into_iter().find(|field| field.code() == code)
}

/// The texts of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    pub content: Content,
    pub reason: Option<String>,
    pub caller: Option<String>,
}

impl Texts {
    /// Gives a text; `None` where there is none.
    pub fn get(&self, part: Field) -> Option<&str> {
        let text = match part {
            Field::Reason => self.reason.as_deref()?,
            Field::CallerPost => self.caller.as_deref()?,
            part => field(self.content.incident()?, part)?,
        };
        (!text.is_empty()).then_some(text)
    }

    fn put(&mut self, part: Field, text: String) {
        match (part, &mut self.content) {
            (Field::Reason, _) => self.reason = Some(text),
            (Field::CallerPost, _) => self.caller = Some(text),
            (part, Content::Incident(incident)) => {
                if let Some(place) = field_mut(incident, part) {
                    *place = text;
                }
            }
            (_, Content::AllClear | Content::RollUp(_)) => {}
        }
    }

    /// Hides some texts as a whole and some words in all of them. Gives which texts are not as they were.
    pub fn hide(&mut self, whole: &[Field], words: &[&str]) -> Vec<Field> {
        // The longest first, so that no word is left of which another is a part.
        let mut words: Vec<&str> = words.iter().copied().filter(|word| !word.is_empty()).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let mut changed = Vec::new();
        for part in TEXTS {
            let Some(before) = self.get(part).map(str::to_owned) else {
                continue;
            };
            let after = match whole.contains(&part) {
                true => HIDDEN.to_owned(),
                false => words
                    .iter()
                    .fold(before.clone(), |text, word| text.replace(word, HIDDEN)),
            };
            if after != before {
                self.put(part, after);
                changed.push(part);
            }
        }
        changed
    }
}

fn field(incident: &IncidentContent, part: Field) -> Option<&str> {
    Some(match part {
        Field::Place => &incident.place,
        Field::What => &incident.what,
        Field::Measures => &incident.measures,
        Field::Source => &incident.source,
        Field::Cause => &incident.cause,
        Field::Trend => &incident.trend,
        Field::Requested => &incident.requested,
        Field::CallBack => &incident.call_back,
        _ => return None,
    })
}

fn field_mut(incident: &mut IncidentContent, part: Field) -> Option<&mut String> {
    Some(match part {
        Field::Place => &mut incident.place,
        Field::What => &mut incident.what,
        Field::Measures => &mut incident.measures,
        Field::Source => &mut incident.source,
        Field::Cause => &mut incident.cause,
        Field::Trend => &mut incident.trend,
        Field::Requested => &mut incident.requested,
        Field::CallBack => &mut incident.call_back,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts() -> Texts {
        Texts {
            content: Content::Incident(IncidentContent {
                class: "flood".into(),
                place: "柳村三组".into(),
                what: "柳某甲落水，柳某甲之子报告".into(),
                dead: Some(1),
                ..IncidentContent::default()
            }),
            reason: Some("柳某 补报".into()),
            caller: None,
        }
    }

    #[test]
    fn words_go_wherever_they_stand_and_the_rest_stays() {
        let mut hidden = texts();
        let changed = hidden.hide(&[], &["柳某", "柳某甲", ""]);
        assert_eq!(changed, [Field::What, Field::Reason]);
        let incident = hidden.content.incident().unwrap();
        assert_eq!(incident.what, "■■■落水，■■■之子报告");
        assert_eq!((incident.place.as_str(), incident.dead), ("柳村三组", Some(1)));
        assert_eq!(hidden.reason.as_deref(), Some("■■■ 补报"));
    }

    #[test]
    fn a_whole_text_goes_and_one_that_is_not_there_is_not_changed() {
        let mut hidden = texts();
        assert_eq!(
            hidden.hide(&[Field::Place, Field::CallerPost, Field::Trend], &[]),
            [Field::Place]
        );
        assert_eq!(hidden.get(Field::Place), Some(HIDDEN));
        assert!(
            hidden.hide(&[Field::Place], &["nowhere"]).is_empty(),
            "twice does nothing"
        );
        for part in TEXTS {
            assert_eq!(text_field(part.code()), Some(part));
        }
    }
}

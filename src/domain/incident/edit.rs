//! Knows how the list of classes changes: a class comes, gets other names, moves, is no longer offered. None goes away.

use super::class::{ClassError, Classes, IncidentClass};
use super::{ClassGroup, Severity};
use crate::domain::text::clean_line;

/// The most characters of a name.
pub const NAME: usize = 80;

/// One change of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClassEdit {
    /// A further class, at the end of its group; an empty code: one is made.
    Add(IncidentClass),
    /// Other names, or another proposal whether leaders are told at once.
    Change {
        code: String,
        zh: String,
        en: String,
        urgent: bool,
    },
    /// Whether it is offered no longer.
    Retire { code: String, retired: bool },
    /// Up or down among those of its group that are offered.
    Move { code: String, up: bool },
    /// The severities of which leaders are told at once whatever happened.
    Grave(Vec<Severity>),
}

impl ClassEdit {
    /// Gives the word for it in the chain of deeds, and the class that it is about.
    pub fn words(&self) -> (&'static str, &str) {
        match self {
            Self::Add(class) => ("add", &class.code),
            Self::Change { code, .. } => ("change", code),
            Self::Retire { code, retired: true } => ("retire", code),
            Self::Retire { code, retired: false } => ("offer", code),
            Self::Move { code, .. } => ("move", code),
            Self::Grave(_) => ("urgent_severities", "*"),
        }
    }
}

impl Classes {
    /// Gives the list after a change, and the change as it was carried out: names cleaned, a code made.
    ///
    /// # Errors
    /// When a class is not there, a name is missing or too long, a code is odd or taken, or none would be offered.
    pub fn edited(&self, edit: ClassEdit) -> Result<(Self, ClassEdit), ClassError> {
        let (mut classes, mut urgent) = (self.classes.clone(), self.urgent.clone());
        let edit = match edit {
            ClassEdit::Add(class) => {
                let class = self.named(class)?;
                let last = classes.iter().rposition(|one| one.group == class.group);
                classes.insert(last.map_or(classes.len(), |at| at + 1), class.clone());
                ClassEdit::Add(class)
            }
            ClassEdit::Change { code, zh, en, urgent } => {
                let (zh, en) = (name(&zh)?, name(&en)?);
                let class = find(&mut classes, &code)?;
                (class.zh, class.en, class.urgent) = (zh.clone(), en.clone(), urgent);
                ClassEdit::Change { code, zh, en, urgent }
            }
            ClassEdit::Retire { code, retired } => {
                find(&mut classes, &code)?.retired = retired;
                ClassEdit::Retire { code, retired }
            }
            ClassEdit::Move { code, up } => {
                if let Some((here, there)) = neighbours(&classes, &code, up)? {
                    classes.swap(here, there);
                }
                ClassEdit::Move { code, up }
            }
            ClassEdit::Grave(chosen) => {
                urgent = Severity::ALL
                    .into_iter()
                    .filter(|one| chosen.contains(one))
                    .collect();
                ClassEdit::Grave(urgent.clone())
            }
        };
        Ok((
            Self {
                urgent,
                ..Self::new(classes)?
            },
            edit,
        ))
    }

    /// Cleans the names of a new class and gives it a code where none was typed.
    fn named(&self, class: IncidentClass) -> Result<IncidentClass, ClassError> {
        let code = match class.code.trim() {
            "" => self.free_code(class.group),
            typed => typed.to_owned(),
        };
        Ok(IncidentClass {
            code,
            zh: name(&class.zh)?,
            en: name(&class.en)?,
            ..class
        })
    }

    fn free_code(&self, group: ClassGroup) -> String {
        let mut n = self.classes.len() + 1;
        loop {
            let code = format!("{}_{n}", group.code());
            if self.get(&code).is_none() {
                return code;
            }
            n += 1;
        }
    }
}

fn name(typed: &str) -> Result<String, ClassError> {
    let clean = clean_line(typed);
    match clean.chars().count() > NAME {
        true => Err(ClassError::TooLong(NAME)),
        false => Ok(clean),
    }
}

fn find<'a>(classes: &'a mut [IncidentClass], code: &str) -> Result<&'a mut IncidentClass, ClassError> {
    let found = classes.iter_mut().find(|class| class.code == code);
    found.ok_or_else(|| ClassError::Unknown(code.to_owned()))
}

/// Gives where a class stands and where the next one of its group that is offered stands; `None` at the end.
fn neighbours(classes: &[IncidentClass], code: &str, up: bool) -> Result<Option<(usize, usize)>, ClassError> {
    let here = classes.iter().position(|class| class.code == code);
    let here = here.ok_or_else(|| ClassError::Unknown(code.to_owned()))?;
    let fits = |at: &usize| classes[*at].group == classes[here].group && !classes[*at].retired;
    let there = match up {
        true => (0..here).rev().find(fits),
        false => (here + 1..classes.len()).find(fits),
    };
    Ok(there.map(|there| (here, there)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(code: &str, group: ClassGroup) -> IncidentClass {
        IncidentClass {
            code: code.into(),
            group,
            zh: "火灾".into(),
            en: "Fire".into(),
            urgent: false,
            retired: false,
        }
    }

    fn list() -> Classes {
        let (one, two) = (ClassGroup::NaturalDisaster, ClassGroup::Accident);
        Classes::new(vec![
            class("a", one),
            class("b", one),
            class("c", two),
            class("d", one),
        ])
        .unwrap()
    }

    fn after(list: &Classes, edit: ClassEdit) -> Classes {
        list.edited(edit).unwrap().0
    }

    fn codes(list: &Classes) -> Vec<&str> {
        list.iter().map(|class| class.code.as_str()).collect()
    }

    fn moved(code: &str, up: bool) -> ClassEdit {
        ClassEdit::Move {
            code: code.into(),
            up,
        }
    }

    fn retired(code: &str, retired: bool) -> ClassEdit {
        ClassEdit::Retire {
            code: code.into(),
            retired,
        }
    }

    #[test]
    fn a_class_moves_within_its_group_and_past_what_is_not_offered() {
        let list = list();
        assert_eq!(codes(&after(&list, moved("b", false))), ["a", "d", "c", "b"]);
        assert_eq!(codes(&after(&list, moved("a", true))), ["a", "b", "c", "d"]);
        assert_eq!(codes(&after(&list, moved("c", true))), ["a", "b", "c", "d"]);
        let without = after(&list, retired("b", true));
        assert_eq!(codes(&after(&without, moved("a", false))), ["d", "b", "c", "a"]);
        assert_eq!(
            list.edited(moved("x", true)),
            Err(ClassError::Unknown("x".into()))
        );
    }

    #[test]
    fn what_is_no_longer_offered_is_known_still_and_can_come_back() {
        let list = list();
        let without = after(&list, retired("b", true));
        assert!(without.get("b").is_some());
        let offered: Vec<&str> = without
            .of_group(ClassGroup::NaturalDisaster)
            .map(|class| class.code.as_str())
            .collect();
        assert_eq!(offered, ["a", "d"]);
        assert_eq!(after(&without, retired("b", false)), list);
        // Something can always be reported.
        let one = Classes::new(vec![class("a", ClassGroup::Accident)]).unwrap();
        assert_eq!(one.edited(retired("a", true)), Err(ClassError::Empty));
    }

    #[test]
    fn a_new_class_gets_a_code_and_stands_last_in_its_group() {
        let list = list();
        let mut new = class("", ClassGroup::Accident);
        new.zh = " 燃气\n泄漏 ".into();
        let (more, done) = list.edited(ClassEdit::Add(new.clone())).unwrap();
        assert_eq!(codes(&more), ["a", "b", "c", "accident_5", "d"]);
        assert_eq!(done.words(), ("add", "accident_5"));
        assert_eq!(more.get("accident_5").unwrap().zh, "燃气 泄漏");
        let refused = |class: IncidentClass| list.edited(ClassEdit::Add(class)).unwrap_err();
        assert_eq!(
            refused(class("a", ClassGroup::Accident)),
            ClassError::Twice("a".into())
        );
        assert_eq!(
            refused(class("A b", ClassGroup::Accident)),
            ClassError::Code("A b".into())
        );
        new.code = "gas".into();
        new.en = "　".into();
        assert_eq!(refused(new.clone()), ClassError::Nameless("gas".into()));
        new.en = "x".repeat(NAME + 1);
        assert_eq!(refused(new), ClassError::TooLong(NAME));
    }

    #[test]
    fn names_and_urgency_change_and_nothing_else() {
        let list = list();
        let change = ClassEdit::Change {
            code: "c".into(),
            zh: "爆炸".into(),
            en: "Explosion".into(),
            urgent: true,
        };
        let changed = after(&list, change);
        assert!(changed.is_urgent(None, None, "c", Severity::NotGraded));
        assert!(!list.is_urgent(None, None, "c", Severity::NotGraded));
        let grave = after(&changed, ClassEdit::Grave(vec![Severity::IV, Severity::I]));
        assert!(grave.is_grave(Severity::IV) && !grave.is_grave(Severity::II));
        assert_eq!(grave.get("c").unwrap().en, "Explosion");
        assert_eq!(codes(&grave), codes(&list));
    }
}

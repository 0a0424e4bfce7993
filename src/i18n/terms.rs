//! Knows the word, and where it has one the shape, for each value of the domain.

use chrono_tz::Tz;

use crate::domain::access::Role;
use crate::domain::calendar::DayKind;
use crate::domain::checkin::Provenance;
use crate::domain::form::{Fault, Field, Flaw};
use crate::domain::incident::{ClassGroup, Severity};
use crate::domain::intake::Refusal;
use crate::domain::language::Lang;
use crate::domain::letter::LetterKind;
use crate::domain::period::Level;
use crate::domain::screen::Notice;
use crate::domain::standing::{Standing, Timeliness};
use crate::domain::unit::UnitKind;

/// The sign of a report that something happened; it stands beside that of its standing.
pub const INCIDENT: &str = "●";

/// Gives the sign that tells a standing by its shape, where colour alone would not do.
pub fn shape(standing: Standing) -> &'static str {
    match standing {
        Standing::Upcoming => "○",
        Standing::Received(_) => "✔",
        Standing::Open => "▲",
        Standing::Overdue | Standing::Missing => "■",
        Standing::Excused => "◇",
    }
}

impl Lang {
    /// Names a standing.
    pub fn standing(self, standing: Standing) -> &'static str {
        match standing {
            Standing::Upcoming => self.standing_upcoming(),
            Standing::Open => self.standing_open(),
            Standing::Overdue => self.standing_overdue(),
            Standing::Missing => self.standing_missing(),
            Standing::Received(Timeliness::OnTime) => self.standing_on_time(),
            Standing::Received(Timeliness::Late) => self.standing_late(),
            Standing::Excused => self.standing_excused(),
        }
    }

    /// Names a kind of unit.
    pub fn unit_kind(self, kind: UnitKind) -> &'static str {
        match kind {
            UnitKind::Nation => self.kind_nation(),
            UnitKind::Province => self.kind_province(),
            UnitKind::Prefecture => self.kind_prefecture(),
            UnitKind::County => self.kind_county(),
            UnitKind::Township => self.kind_township(),
            UnitKind::Village => self.kind_village(),
            UnitKind::Community => self.kind_community(),
            UnitKind::Department => self.kind_department(),
            UnitKind::Enterprise => self.kind_enterprise(),
        }
    }

    /// Names the level of a period.
    pub fn level(self, level: Level) -> &'static str {
        match level {
            Level::I => self.level_i(),
            Level::II => self.level_ii(),
            Level::III => self.level_iii(),
            Level::IV => self.level_iv(),
        }
    }

    /// Names how grave an event is.
    pub fn severity(self, severity: Severity) -> &'static str {
        match severity {
            Severity::I => self.severity_i(),
            Severity::II => self.severity_ii(),
            Severity::III => self.severity_iii(),
            Severity::IV => self.severity_iv(),
            Severity::NotGraded => self.severity_not_graded(),
        }
    }

    /// Names a group of incident classes.
    pub fn class_group(self, group: ClassGroup) -> &'static str {
        match group {
            ClassGroup::NaturalDisaster => self.group_natural_disaster(),
            ClassGroup::Accident => self.group_accident(),
            ClassGroup::PublicHealth => self.group_public_health(),
            ClassGroup::PublicOrder => self.group_public_order(),
        }
    }

    /// Says who made a report, and how.
    pub fn provenance(self, provenance: Provenance) -> &'static str {
        match provenance {
            Provenance::Own => self.provenance_own(),
            Provenance::Proxy => self.provenance_proxy(),
            Provenance::Phone => self.provenance_phone(),
            Provenance::Offline => self.provenance_offline(),
        }
    }

    /// Names a role.
    pub fn role(self, role: Role) -> &'static str {
        match role {
            Role::Reporter => self.role_reporter(),
            Role::Head => self.role_head(),
            Role::DutyOfficer => self.role_duty_officer(),
            Role::Leader => self.role_leader(),
            Role::SystemAdministrator => self.role_system_administrator(),
            Role::SecurityAdministrator => self.role_security_administrator(),
            Role::Auditor => self.role_auditor(),
        }
    }

    /// Names what a letter is about.
    pub fn letter_kind(self, kind: LetterKind) -> &'static str {
        match kind {
            LetterKind::Reminder => self.letter_reminder(),
            LetterKind::Overdue => self.letter_overdue(),
            LetterKind::Escalated => self.letter_escalated(),
            LetterKind::Urgent => self.letter_urgent(),
            LetterKind::FollowUp => self.letter_follow_up(),
            LetterKind::Bulletin => self.letter_bulletin(),
            LetterKind::Account => self.letter_account(),
        }
    }

    /// Says on which days a round falls.
    pub fn day_kind(self, kind: DayKind) -> &'static str {
        match kind {
            DayKind::EveryDay => self.days_every(),
            DayKind::Workdays => self.days_workdays(),
            DayKind::Holidays => self.days_holidays(),
        }
    }

    /// Names a field of the report form.
    pub fn field(self, field: Field) -> &'static str {
        match field {
            Field::Class => self.field_class(),
            Field::Severity => self.field_severity(),
            Field::Place => self.field_place(),
            Field::What => self.field_what(),
            Field::Measures => self.field_measures(),
            Field::Source => self.field_source(),
            Field::Cause => self.field_cause(),
            Field::Trend => self.field_trend(),
            Field::Requested => self.field_requested(),
            Field::CallBack => self.field_call_back(),
            Field::Dead => self.field_dead(),
            Field::Injured => self.field_injured(),
            Field::Missing => self.field_missing(),
            Field::Evacuated => self.field_evacuated(),
            Field::Houses => self.field_houses(),
            Field::Loss => self.field_loss(),
            Field::Urgent => self.field_urgent(),
            Field::Occurred => self.field_occurred(),
            Field::Learned => self.field_learned(),
            Field::Claimed => self.field_claimed(),
            Field::Reason => self.field_reason(),
            Field::CallerPost => self.field_caller_post(),
            Field::CalledAt => self.field_called_at(),
        }
    }

    /// Says what to do about a wrong field.
    pub fn fault(self, fault: Fault) -> String {
        let name = self.field(fault.field);
        match (fault.flaw, fault.field) {
            (Flaw::Empty, Field::Place) => self.problem_place_needed().to_owned(),
            (Flaw::Empty, Field::Class) => self.problem_class_needed().to_owned(),
            (Flaw::Empty, Field::Reason) => self.problem_reason_needed().to_owned(),
            (Flaw::Empty, _) => self.problem_field_needed(name),
            (Flaw::TooLong { has, most }, _) => self.problem_too_long(name, has, most),
            (Flaw::TooMany { most }, _) => self.problem_too_many(name, most),
            (Flaw::NotANumber, _) => self.problem_number(name),
            (Flaw::Unknown, _) => self.problem_choice_needed(name),
            (Flaw::Future, _) => self.problem_in_future(name),
            (Flaw::TooLongAgo, _) => self.problem_long_ago(name),
            (Flaw::BeforeItHappened, _) => self.problem_learned_first().to_owned(),
        }
    }

    /// Says what to do when a report was not taken.
    pub fn refusal(self, refusal: Refusal, zone: Tz) -> String {
        match refusal {
            Refusal::NotOpenYet { opens } => self.problem_not_open_yet(self.moment(opens, zone)),
            Refusal::Closed { closes } => self.problem_closed(self.moment(closes, zone)),
            Refusal::OtherContent => self.problem_other_content().to_owned(),
            Refusal::ReasonNeeded => self.problem_reason_needed().to_owned(),
            Refusal::CallerNeeded => self.problem_caller_needed().to_owned(),
            Refusal::UnknownObligation => self.problem_unknown_obligation().to_owned(),
            Refusal::OtherUnit => self.problem_other_unit().to_owned(),
            Refusal::NothingOwed => self.problem_nothing_owed().to_owned(),
            Refusal::IncidentClosed => self.problem_incident_closed().to_owned(),
            Refusal::UnknownIncident => self.problem_unknown_incident().to_owned(),
        }
    }

    /// Tells a clerk what was seen in a text that was kept all the same.
    pub fn notices(self, notice: Notice) -> Vec<&'static str> {
        let seen = [
            (notice.masked > 0, self.notice_id_masked()),
            (notice.mobile, self.notice_phone_seen()),
            (notice.old_id, self.notice_old_id_seen()),
            (notice.card, self.notice_card_seen()),
        ];
        seen.into_iter()
            .filter(|(seen, _)| *seen)
            .map(|(_, words)| words)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Fails if two of the values have the same name in a language.
    fn all_differ<T: Copy>(values: &[T], name: impl Fn(Lang, T) -> &'static str) {
        for lang in Lang::ALL {
            let names: BTreeSet<&str> = values.iter().map(|v| name(lang, *v)).collect();
            assert_eq!(names.len(), values.len(), "{names:?}");
        }
    }

    #[test]
    fn no_two_values_have_one_name() {
        all_differ(&Standing::ALL, Lang::standing);
        all_differ(&UnitKind::ALL, Lang::unit_kind);
        all_differ(&Level::ALL, Lang::level);
        all_differ(&Severity::ALL, Lang::severity);
        all_differ(&ClassGroup::ALL, Lang::class_group);
        all_differ(Provenance::ALL, Lang::provenance);
    }

    #[test]
    fn a_clerk_is_told_what_to_do() {
        let flaw = Flaw::TooLong { has: 700, most: 500 };
        let fault = Fault {
            field: Field::What,
            flaw,
        };
        assert_eq!(Lang::Zh.fault(fault), "情况有 700 个字，请缩短到 500 个字以内。");
        assert_eq!(
            Lang::En.fault(fault),
            "What happened has 700 characters; please keep it to 500."
        );
    }

    #[test]
    fn a_refusal_tells_the_time_of_the_deployment() {
        let opens = "2026-11-25T06:00:00Z".parse().unwrap();
        let said = Lang::Zh.refusal(Refusal::NotOpenYet { opens }, chrono_tz::Asia::Shanghai);
        assert!(said.starts_with("本场次 11月25日 14:00 开始接收"), "{said}");
    }
}

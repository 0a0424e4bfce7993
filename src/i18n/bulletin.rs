//! Knows the words of the daily bulletin, and in which order it says things: the same on its page and in its letter.

use std::collections::BTreeMap;

use chrono::{Datelike, TimeDelta};
use chrono_tz::Tz;

use super::messages;
use crate::domain::bulletin::{Bulletin, ClockLine, Counts, DutyLine, IncidentLine, UnitLine};
use crate::domain::language::Lang;
use crate::domain::roster::Duty;
use crate::domain::time::Timestamp;

messages! {
    bulletins_title: "日报", "Daily bulletins";
    bulletins_lead: "每天定时生成，没有情况也照常发出。收不到日报，就说明系统可能出了问题。",
        "Made at a fixed time every day, also when nothing happened. If one does not come, something may be wrong with this service.";
    bulletins_none: "还没有日报。", "There is no bulletin yet.";
    bulletins_now(office): "{office}：现在生成会怎么写", "{office}: what it would say now";
    bulletins_older: "更早的日报", "Earlier bulletins";
    bulletin_title(office, year, number): "{office}日报 {year}年第{number}期", "Daily bulletin of {office}, {year} no. {number}";
    bulletin_draft(office): "{office}日报（预览，未存档）", "Daily bulletin of {office}, a preview that is not kept";
    bulletin_subject(office, day, number, said): "【日报】{office} {day} 第{number}期：{said}",
        "[Daily bulletin] {office} {day} no. {number}: {said}";
    bulletin_subject_counts(expected, received, incidents, unmet): "应报{expected} 已报{received} 有情况{incidents} 未报{unmet}",
        "{received} of {expected} reported, {incidents} with incidents, {unmet} missing";
    bulletin_counts(expected, received, clear, incidents): "应报{expected}，已报{received}，无情况{clear}，有情况{incidents}",
        "{expected} expected, {received} reported, {clear} all clear, {incidents} with incidents";
    bulletin_counts_short(expected, received): "应报{expected}，已报{received}", "{expected} expected, {received} reported";
    bulletin_comma: "，", ", ";
    bulletin_stop: "。", ".";
    bulletin_late(n): "迟报{n}", "{n} late";
    bulletin_unmet(n): "未报{n}", "{n} missing";
    bulletin_excused(n): "免报{n}", "{n} excused";
    bulletin_proxy(n): "代报{n}", "{n} on behalf";
    bulletin_phone(n): "电话报送{n}", "{n} by phone";
    bulletin_outage(n): "因停机无法报送{n}", "{n} during an outage of the service";
    bulletin_span(from, until): "统计 {from} 至 {until} 到期的报送，数据截至 ", "Reports due from {from} to {until}, as of ";
    bulletin_missed(first, day): "本期合并 {first} 至 {day} 的日报：期间系统未能按时生成。",
        "This bulletin stands for {first} to {day}: the service could not make one on time.";
    bulletin_made_late(at): "本期于 {at} 补发。", "It was made late: {at}.";
    bulletin_down(from, until): "系统停机：{from} 至 {until}，其间无法报送。",
        "The service was down from {from} to {until} and could not receive.";

    bulletin_rounds: "各场次", "By round";
    bulletin_roll_ups: "汇总报告", "Roll-ups";
    bulletin_follow_ups: "事件续报", "Follow-ups";
    bulletin_incidents(n): "事件（{n}）", "Incidents ({n})";
    bulletin_no_incident: "没有未结束的事件。", "No incident is open.";
    bulletin_event(class, severity, unit): "{class} · {severity} · {unit}", "{class} · {severity} · {unit}";
    bulletin_new(at): "新发生，首报 {at}", "New, first reported {at}";
    bulletin_open_since(at): "未结束，首报 {at}", "Open, first reported {at}";
    bulletin_closed(opened, closed): "首报 {opened}，已于 {closed} 结束", "First reported {opened}, closed {closed}";
    bulletin_told(n, at): "共 {n} 次报告，最近 {at}", "{n} report, the last {at}" | "{n} reports, the last {at}";
    bulletin_victims(dead, injured, missing): "死亡 {dead}，受伤 {injured}，失踪 {missing}", "Dead {dead}, injured {injured}, missing {missing}";
    bulletin_owes(at): "续报 {at} 前", "Follow-up due {at}";
    bulletin_silent(n): "未报单位（{n}）", "Not reported ({n})";
    bulletin_all_in: "没有未报的单位。", "No unit is missing.";
    bulletin_tardy(n): "迟报单位（{n}）", "Reported late ({n})";
    bulletin_caught_up(n): "上期未报、其后已报（{n}）", "Missing in the bulletin before, reported since ({n})";
    bulletin_place(name, n): "{name}（{n}）", "{name} ({n})";
    bulletin_direct: "直属单位", "Directly below";
    bulletin_join: "、", ", ";
    bulletin_unit(name, note): "{name}（{note}）", "{name} ({note})";
    bulletin_more(n): "另有 {n} 个单位，见看板。", "{n} more unit: see the board." | "{n} more units: see the board.";
    bulletin_undelivered: "没有送达的", "What did not arrive";
    bulletin_failed(n): "{n} 封邮件发送失败，尚无人处理。", "{n} letter failed and nobody has seen to it." | "{n} letters failed and nobody has seen to them.";
    bulletin_unreached(n): "{n} 个单位催报时无人可通知。", "For {n} unit a step of the chase reached nobody." | "For {n} units a step of the chase reached nobody.";
    bulletin_duty(day): "{day}值班", "On duty on {day}";
    bulletin_nobody: "值班表没有排人", "Nobody is on the roster";
    bulletin_duty_gone: "值班人员已按保存期限删除。", "Who was on duty is past its time and was removed.";
    bulletin_proof: "存证", "Proof";
    bulletin_seal(label, day): "{label} {day} 封存", "Seal of {label}, {day}";
    bulletin_unsealed: "尚未封存", "not sealed yet";
    bulletin_chain: "审计链尾", "Head of the audit chain";

    bulletin_digest(hash): "本期校验值 {hash}", "Digest of this bulletin {hash}";
    bulletin_altered: "本期内容与生成时不一致，可能被改动。请立即告知审计员。",
        "This bulletin is not as it was when it was made: somebody may have altered it. Tell the auditor at once.";
    bulletin_sent(n): "寄给 {n} 人", "Sent to {n} person" | "Sent to {n} people";
    bulletin_unsent: "没有可以寄送的领导和值班员邮箱", "No leader or duty officer has an address to send it to";
    bulletin_made(at): "{at} 生成", "Made {at}";
    bulletin_link: "在系统中查看本期日报", "Read it in the service";
    red_unread(n, offices, day): "{n} 个值班室{day}的日报没有人收到：{offices}。请登记领导或值班员的邮箱，或排值班表",
        "Nobody was sent the bulletin of {n} office for {day}: {offices}. Give a leader or duty officer there an address, or make a roster"
        | "Nobody was sent the bulletins of {n} offices for {day}: {offices}. Give a leader or duty officer there an address, or make a roster";
    red_bulletin(office, day): "{office}{day}的日报没有生成", "The bulletin of {office} for {day} was not made";
}

/// Part of a bulletin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub title: String,
    /// Whether it tells of something that needs somebody.
    pub is_bad: bool,
    pub entries: Vec<Entry>,
}

/// A name, and lines about it; either may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub lines: Vec<String>,
}

/// What a unit's name must be followed by, so that a reader knows which report is meant.
#[derive(Debug, Clone, Copy)]
enum Naming {
    Unit,
    Round,
    RoundAndDay,
}

impl Lang {
    /// Says the conclusion of a bulletin: 应报503，已报503，无情况498，有情况5，迟报2.
    pub fn bulletin_headline(self, counts: &Counts) -> String {
        let all = self.bulletin_counts(
            counts.expected,
            counts.received,
            counts.all_clear,
            counts.incidents,
        );
        self.bulletin_with_rest(all, counts)
    }

    /// Names a bulletin.
    pub fn bulletin_name(self, told: &Bulletin) -> String {
        match told.number {
            0 => self.bulletin_draft(&told.office),
            number => self.bulletin_title(&told.office, told.day.year(), number),
        }
    }

    /// Says what must be known before the facts: the span, and what is unusual about it.
    pub fn bulletin_notes(self, told: &Bulletin, zone: Tz) -> Vec<String> {
        let at = |at| self.moment(at, zone);
        let span = self.bulletin_span(at(told.from), at(told.until));
        let mut notes = vec![format!("{span}{}{}", at(told.as_of), self.bulletin_stop())];
        if told.covers_missed_days() {
            notes.push(self.bulletin_missed(self.short_date(told.first), self.short_date(told.day)));
        }
        if told.number > 0 && told.is_late() {
            notes.push(self.bulletin_made_late(at(told.as_of)));
        }
        notes.extend(
            told.outages
                .iter()
                .map(|(from, until)| self.bulletin_down(at(*from), at(*until))),
        );
        notes
    }

    /// Says a bulletin part by part, the most pressing first; `duty` is none once that is past its time.
    pub fn bulletin_sections(self, told: &Bulletin, duty: Option<&[DutyLine]>, zone: Tz) -> Vec<Section> {
        let days = told.rounds.iter().any(|round| round.day != told.day);
        let naming = match (told.rounds.len(), days) {
            (_, true) => Naming::RoundAndDay,
            (2.., false) => Naming::Round,
            _ => Naming::Unit,
        };
        let units = |title: String, is_bad, lines: &[UnitLine], all: u64| Section {
            title,
            is_bad,
            entries: self.bulletin_units(lines, all, naming, zone),
        };
        let unmet = told.reports.unmet + told.roll_ups.unmet + told.follow_ups.unmet;
        let late = told.reports.late + told.roll_ups.late + told.follow_ups.late;
        let mut silent = units(self.bulletin_silent(unmet), unmet > 0, &told.unmet, unmet);
        if unmet == 0 {
            silent.entries.push(line(self.bulletin_all_in().to_owned()));
        }
        let mut sections = vec![self.bulletin_events(told, zone), silent];
        if late > 0 {
            sections.push(units(self.bulletin_tardy(late), false, &told.late, late));
        }
        let came = told.caught_up.len();
        if came > 0 {
            let all = u64::try_from(came).unwrap_or(0);
            sections.push(units(self.bulletin_caught_up(came), false, &told.caught_up, all));
        }
        sections.extend(self.bulletin_undelivered_section(told));
        sections.extend(self.bulletin_by_round(told, zone));
        sections.push(self.bulletin_duty_section(told, duty));
        sections.push(self.bulletin_proof_section(told));
        sections
    }

    fn bulletin_with_rest(self, mut said: String, counts: &Counts) -> String {
        let rest = [
            (counts.late, self.bulletin_late(counts.late)),
            (counts.unmet, self.bulletin_unmet(counts.unmet)),
            (counts.excused, self.bulletin_excused(counts.excused)),
            (counts.proxy, self.bulletin_proxy(counts.proxy)),
            (counts.phone, self.bulletin_phone(counts.phone)),
            (counts.outage, self.bulletin_outage(counts.outage)),
        ];
        for (_, words) in rest.into_iter().filter(|(n, _)| *n > 0) {
            said += self.bulletin_comma();
            said += &words;
        }
        said
    }

    fn bulletin_by_round(self, told: &Bulletin, zone: Tz) -> Option<Section> {
        let round = |one: &crate::domain::bulletin::RoundLine| Entry {
            name: format!("{} {}", one.label, self.short_date(one.day)),
            lines: vec![
                self.bulletin_headline(&one.counts),
                format!("{} · {}", one.period, self.board_due(self.moment(one.due, zone))),
            ],
        };
        let mut entries: Vec<Entry> = told.rounds.iter().map(round).collect();
        let others = [
            (self.bulletin_roll_ups(), &told.roll_ups),
            (self.bulletin_follow_ups(), &told.follow_ups),
        ];
        for (name, counts) in others.into_iter().filter(|(_, counts)| counts.expected > 0) {
            let said = self.bulletin_counts_short(counts.expected, counts.received);
            entries.push(Entry {
                name: name.to_owned(),
                lines: vec![self.bulletin_with_rest(said, counts)],
            });
        }
        (!entries.is_empty()).then(|| Section {
            title: self.bulletin_rounds().to_owned(),
            is_bad: false,
            entries,
        })
    }

    fn bulletin_events(self, told: &Bulletin, zone: Tz) -> Section {
        let mut entries: Vec<Entry> = told
            .incidents
            .iter()
            .map(|one| self.bulletin_incident(one, zone))
            .collect();
        if entries.is_empty() {
            entries.push(line(self.bulletin_no_incident().to_owned()));
        }
        Section {
            title: self.bulletin_incidents(told.incidents.len()),
            is_bad: told
                .incidents
                .iter()
                .any(|one| one.answer.is_some_and(|clock| clock.runs)),
            entries,
        }
    }

    fn bulletin_incident(self, one: &IncidentLine, zone: Tz) -> Entry {
        let at = |at: Timestamp| self.moment(at, zone);
        let class = match self {
            Self::Zh => &one.class.0,
            Self::En => &one.class.1,
        };
        let mut lines = vec![match (one.closed, one.is_new) {
            (Some(closed), _) => self.bulletin_closed(at(one.opened), at(closed)),
            (None, true) => self.bulletin_new(at(one.opened)),
            (None, false) => self.bulletin_open_since(at(one.opened)),
        }];
        if [one.dead, one.injured, one.missing].iter().any(Option::is_some) {
            let said = |n: Option<u32>| n.map_or_else(|| self.unknown().to_owned(), |n| n.to_string());
            lines.push(self.bulletin_victims(said(one.dead), said(one.injured), said(one.missing)));
        }
        if one.reports > 1 {
            lines.push(self.bulletin_told(one.reports, at(one.told)));
        }
        let clocks: Vec<String> = one
            .report
            .iter()
            .map(|clock| self.bulletin_clock(clock, Self::clock_report))
            .chain(one.answer.iter().map(|clock| match clock.runs {
                true => self.bulletin_clock(clock, Self::clock_waiting),
                false => self.bulletin_clock(clock, Self::clock_answer),
            }))
            .collect();
        if !clocks.is_empty() {
            lines.push(clocks.join(" · "));
        }
        lines.extend(one.owes.map(|due| self.bulletin_owes(at(due))));
        Entry {
            name: self.bulletin_event(class, self.severity(one.severity), &one.unit),
            lines,
        }
    }

    fn bulletin_clock(self, clock: &ClockLine, say: fn(Self, String) -> String) -> String {
        let said = say(self, self.span(TimeDelta::seconds(clock.taken_seconds)));
        match clock.late {
            true => {
                let limit = self.span(TimeDelta::seconds(clock.limit_seconds));
                format!("{said} ■ {}", self.clock_late(limit))
            }
            false => said,
        }
    }

    /// Names units by the unit above them, with the round where there are several.
    fn bulletin_units(self, lines: &[UnitLine], all: u64, naming: Naming, zone: Tz) -> Vec<Entry> {
        let mut places: BTreeMap<usize, (&str, Vec<String>)> = BTreeMap::new();
        for one in lines {
            let place = lines
                .iter()
                .position(|other| other.above == one.above)
                .unwrap_or(0);
            let time = one.received.map(|at| self.time(at, zone));
            let round = match naming {
                Naming::RoundAndDay => Some(format!("{} {}", one.round, self.short_date(one.day))),
                Naming::Unit if one.incident.is_none() => None,
                Naming::Round | Naming::Unit => Some(one.round.clone()),
            };
            let note: Vec<String> = round.into_iter().chain(time).collect();
            let said = match note.is_empty() {
                true => one.name.clone(),
                false => self.bulletin_unit(&one.name, note.join(" ")),
            };
            places
                .entry(place)
                .or_insert((one.above.as_str(), Vec::new()))
                .1
                .push(said);
        }
        let entry = |(above, names): (&str, Vec<String>)| {
            let above = match above.is_empty() {
                true => self.bulletin_direct(),
                false => above,
            };
            Entry {
                name: self.bulletin_place(above, names.len()),
                lines: vec![names.join(self.bulletin_join())],
            }
        };
        let mut entries: Vec<Entry> = places.into_values().map(entry).collect();
        let named = u64::try_from(lines.len()).unwrap_or(all);
        if named < all {
            entries.push(line(self.bulletin_more(all - named)));
        }
        entries
    }

    fn bulletin_undelivered_section(self, told: &Bulletin) -> Option<Section> {
        let said = [
            (told.failed_letters, self.bulletin_failed(told.failed_letters)),
            (told.unreached, self.bulletin_unreached(told.unreached)),
        ];
        let entries: Vec<Entry> = said
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(_, words)| line(words))
            .collect();
        (!entries.is_empty()).then(|| Section {
            title: self.bulletin_undelivered().to_owned(),
            is_bad: true,
            entries,
        })
    }

    fn bulletin_duty_section(self, told: &Bulletin, duty: Option<&[DutyLine]>) -> Section {
        let post = |one: &DutyLine| match &one.phone {
            Some(phone) => format!("{} {phone}", one.post),
            None => one.post.clone(),
        };
        let entries = match duty {
            Some(duty) => Duty::ALL
                .into_iter()
                .map(|kind| {
                    let named: Vec<String> = duty.iter().filter(|one| one.duty == kind).map(post).collect();
                    Entry {
                        name: self.duty(kind).to_owned(),
                        lines: match named.is_empty() {
                            true => vec![self.bulletin_nobody().to_owned()],
                            false => named,
                        },
                    }
                })
                .collect(),
            None => vec![line(self.bulletin_duty_gone().to_owned())],
        };
        let has = |kind| duty.is_none_or(|duty| duty.iter().any(|one| one.duty == kind));
        Section {
            title: self.bulletin_duty(self.short_date(told.duty_day)),
            is_bad: !Duty::ALL.into_iter().all(has),
            entries,
        }
    }

    fn bulletin_proof_section(self, told: &Bulletin) -> Section {
        let seal = |one: &crate::domain::bulletin::SealLine| Entry {
            name: self.bulletin_seal(&one.label, self.short_date(one.day)),
            lines: vec![match &one.seal {
                Some(seal) => seal.to_string(),
                None => self.bulletin_unsealed().to_owned(),
            }],
        };
        let chain = Entry {
            name: self.bulletin_chain().to_owned(),
            lines: vec![told.audit.to_string()],
        };
        Section {
            title: self.bulletin_proof().to_owned(),
            is_bad: told.seals.iter().any(|one| one.seal.is_none()),
            entries: told.seals.iter().map(seal).chain([chain]).collect(),
        }
    }
}

fn line(words: String) -> Entry {
    Entry {
        name: words,
        lines: Vec::new(),
    }
}

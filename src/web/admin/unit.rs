//! One unit: how it is reached, what it works with, who speaks for it, what it was and what became of it.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use super::super::board::{Asked, when};
use super::super::form::Fields;
use super::super::page::{Page, html_with, see};
use super::super::visit::Visit;
use super::super::{App, Failure};
use super::units::{State3, crumbs};
use super::{Frame, Told, typed};
use crate::domain::access::{Deed, Scope, permit};
use crate::domain::address::Address;
use crate::domain::ids::{DeviceId, UnitId};
use crate::domain::import::{Column, RowError};
use crate::domain::time::{Timestamp, local_day};
use crate::domain::unit::{Contacts, LineageKind, UnitTree};
use crate::i18n::Lang;
use crate::service::Error;
use crate::store::{Activation, Descent, Device, PastVersion, Speaker};

/// The fields of the form of contacts.
const CELLS: [Column; 5] = [
    Column::DutyPost,
    Column::Phone,
    Column::Reporter,
    Column::Backup,
    Column::Head,
];

#[derive(Template)]
#[template(path = "admin/unit.html")]
struct UnitPage {
    l: Lang,
    page: Page,
    frame: Frame,
    id: UnitId,
    name: String,
    kind: &'static str,
    code: String,
    crumbs: Vec<(UnitId, String)>,
    /// When it ended; none while it is in force.
    ended: Option<String>,
    below: usize,
    cells: Vec<Cell>,
    devices: Vec<DeviceView>,
    state: Option<State3>,
    slips: Vec<String>,
    speakers: Vec<SpeakerView>,
    history: Vec<VersionView>,
    descent: Vec<String>,
    may: May,
}

/// What the reader may do here.
struct May {
    reach: bool,
    devices: bool,
    change: bool,
    accounts: bool,
    board: bool,
}

/// A field of the form of contacts.
struct Cell {
    name: &'static str,
    label: &'static str,
    value: String,
    hint: &'static str,
    is_list: bool,
    /// Addresses in it that a mail server refused.
    bad: Vec<String>,
    wrong: Option<String>,
}

struct DeviceView {
    id: DeviceId,
    label: String,
    times: String,
    /// The other units that it reports for, in words.
    also: Vec<String>,
}

struct SpeakerView {
    account: i64,
    label: String,
    words: String,
    is_locked: bool,
}

struct VersionView {
    name: String,
    words: String,
    times: String,
}

/// What was typed into the form, and what is wrong with it.
#[derive(Default)]
struct Sent {
    cells: Vec<(Column, String)>,
    wrong: Vec<(Option<Column>, String)>,
}

/// What the tables know of a unit.
struct Record {
    versions: Vec<PastVersion>,
    descent: Vec<Descent>,
    contacts: Contacts,
    bad: Vec<String>,
    devices: Vec<Device>,
    speakers: Vec<Speaker>,
    activation: Option<Activation>,
}

impl Record {
    async fn read(app: &App, id: UnitId) -> Result<Self, Failure> {
        let mut conn = app.store.read().await?;
        let mut contacts = conn.contacts(Some(&[id])).await?;
        let bad = conn.bad_addresses().await?;
        Ok(Self {
            versions: conn.unit_versions(id).await?,
            descent: conn.descent_of(id).await?,
            contacts: contacts.remove(&id).unwrap_or_default(),
            bad: bad.into_iter().map(|bad| bad.address).collect(),
            devices: conn.devices_of(id).await?,
            speakers: conn.speakers_of(id).await?,
            activation: conn.activations(app.now()).await?.remove(&id),
        })
    }
}

/// Shows the page.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let told = Told::asked(visit.l, &asked);
    show(&app, visit, UnitId(id), told, &Sent::default()).await
}

async fn show(app: &App, visit: Visit, id: UnitId, told: Told, sent: &Sent) -> Result<Response, Failure> {
    let (l, actor) = (visit.l, visit.actor()?);
    let scope = permit(actor, Deed::SeeUnits)?;
    let tree = app.tree().await?;
    let record = Record::read(app, id).await?;
    let last = record.versions.first().ok_or(Failure::NOT_FOUND)?;
    if !scope.covers(&last.path) {
        return Err(Failure::NOT_FOUND);
    }
    let teller = Teller {
        l,
        app,
        tree: &tree,
        scope: &scope,
    };
    let may = |deed| permit(actor, deed).is_ok_and(|scope| scope.covers(&last.path));
    let is_in_force = last.version.until.is_none();
    let may = May {
        reach: is_in_force && may(Deed::KeepContacts),
        devices: may(Deed::ManageDevices),
        change: is_in_force && may(Deed::ImportUnits),
        accounts: may(Deed::ManageAccounts),
        board: is_in_force && may(Deed::SeeUnit),
    };
    let status = told.status();
    let in_force = tree.get(id);
    let template = UnitPage {
        l,
        id,
        name: last.version.name.to_string(),
        kind: l.unit_kind(last.version.kind),
        code: last
            .version
            .code
            .as_ref()
            .map_or_else(String::new, |code| code.as_str().to_owned()),
        crumbs: in_force
            .map(|unit| crumbs(&tree, unit, &scope))
            .unwrap_or_default(),
        ended: last.version.until.map(|at| teller.when(at)),
        below: tree.subtree(id).len().saturating_sub(1),
        cells: teller.cells(&record, sent),
        devices: record
            .devices
            .iter()
            .map(|device| teller.device(device, id))
            .collect(),
        state: (is_in_force && last.version.kind.is_reporting())
            .then(|| State3::of(l, record.activation.as_ref())),
        slips: teller.slips(record.activation.as_ref()),
        speakers: record.speakers.iter().map(|one| teller.speaker(one)).collect(),
        history: record.versions.iter().map(|one| teller.version(one)).collect(),
        descent: record.descent.iter().map(|one| teller.descent(one, id)).collect(),
        may,
        frame: Frame::guarded(app, &visit, told)?,
        page: visit.page,
    };
    html_with(status, &template)
}

struct Teller<'a> {
    l: Lang,
    app: &'a App,
    tree: &'a UnitTree,
    /// The units that the reader sees.
    scope: &'a Scope,
}

impl Teller<'_> {
    fn when(&self, at: Timestamp) -> String {
        when(self.l, at, self.app.now(), self.app.settings.service.zone)
    }

    fn day(&self, at: Timestamp) -> String {
        self.l.date(local_day(at, self.app.settings.service.zone))
    }

    fn cells(&self, record: &Record, sent: &Sent) -> Vec<Cell> {
        CELLS
            .iter()
            .map(|column| self.cell(*column, record, sent))
            .collect()
    }

    fn cell(&self, column: Column, record: &Record, sent: &Sent) -> Cell {
        let (l, contacts) = (self.l, &record.contacts);
        let list = |all: &[Address]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
        let (is_list, values) = match column {
            Column::Reporter => (true, list(&contacts.reporter)),
            Column::Backup => (true, list(&contacts.backup)),
            Column::Head => (true, list(&contacts.head)),
            Column::Phone => (false, contacts.phone.iter().cloned().collect()),
            _ => (false, contacts.duty_post.iter().cloned().collect()),
        };
        let typed = sent.cells.iter().find(|(of, _)| *of == column);
        let wrong: Vec<&str> = sent
            .wrong
            .iter()
            .filter(|(of, _)| *of == Some(column))
            .map(|(_, words)| words.as_str())
            .collect();
        Cell {
            name: column.en(),
            label: l.unit_contact(column),
            hint: l.unit_contact_hint(column),
            bad: values
                .iter()
                .filter(|value| is_list && record.bad.contains(value))
                .cloned()
                .collect(),
            value: typed.map_or_else(|| values.join("\n"), |(_, text)| text.clone()),
            is_list,
            wrong: (!wrong.is_empty()).then(|| wrong.join(" ")),
        }
    }

    fn device(&self, device: &Device, here: UnitId) -> DeviceView {
        let others: Vec<UnitId> = device.units.iter().copied().filter(|id| *id != here).collect();
        let seen = |id: &UnitId| match self.tree.get(*id) {
            Some(unit) if self.scope.covers(&unit.path) => {
                self.tree.label(*id).map(|label| label.to_string())
            }
            _ => None,
        };
        let mut also: Vec<String> = others.iter().filter_map(seen).collect();
        if also.len() < others.len() {
            also.push(self.l.unit_device_beyond(others.len() - also.len()));
        }
        DeviceView {
            also,
            id: device.id,
            label: device.label.clone(),
            times: self
                .l
                .me_session_times(self.when(device.bound), self.when(device.seen)),
        }
    }

    /// Says which slips of the unit nobody has used yet.
    fn slips(&self, activation: Option<&Activation>) -> Vec<String> {
        let (l, none) = (self.l, Activation::default());
        let one = activation.unwrap_or(&none);
        let paper = one
            .paper
            .map(|slip| l.unit_slip_printed(self.when(slip.issued), self.when(slip.expires)));
        let mail = one
            .mail
            .map(|slip| l.unit_slip_mailed(self.when(slip.issued), self.when(slip.expires)));
        paper.into_iter().chain(mail).collect()
    }

    fn speaker(&self, one: &Speaker) -> SpeakerView {
        let seen = match one.signed_in {
            Some(at) => self.l.admin_seen(self.when(at)),
            None => self.l.admin_never_seen().to_owned(),
        };
        SpeakerView {
            account: one.account.0,
            label: one.label.clone(),
            words: format!("{} · {seen}", self.l.role(one.role)),
            is_locked: one.is_locked,
        }
    }

    fn version(&self, one: &PastVersion) -> VersionView {
        let (l, version) = (self.l, &one.version);
        let code = version.code.as_ref().map(|code| code.as_str().to_owned());
        let words = [
            Some(l.unit_kind(version.kind).to_owned()),
            code,
            one.above.clone(),
        ];
        let until = match version.until {
            Some(at) => self.day(at),
            None => l.unit_until_now().to_owned(),
        };
        VersionView {
            name: version.name.to_string(),
            words: words.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            times: format!("{} – {until}", self.day(version.from)),
        }
    }

    fn descent(&self, one: &Descent, of: UnitId) -> String {
        let l = self.l;
        let (before, at) = (&one.predecessor, self.day(one.at));
        let label = |(id, name): &(UnitId, String)| {
            self.tree
                .label(*id)
                .map_or_else(|| name.clone(), |label| label.to_string())
        };
        let what = match (one.kind, &one.successor) {
            (LineageKind::Rename, _) => l.unit_renamed().to_owned(),
            (LineageKind::Abolish, _) | (_, None) => l.unit_abolished().to_owned(),
            (LineageKind::Merge, Some(after)) if before.0 == of => l.unit_merged_into(label(after)),
            (LineageKind::Merge, Some(_)) => l.unit_took_in(label(before)),
            (LineageKind::Split, Some(after)) if before.0 == of => l.unit_split_off(label(after)),
            (LineageKind::Split, Some(_)) => l.unit_came_of(label(before)),
        };
        format!("{at} {what} · {}", one.reason)
    }
}

/// Keeps how a unit is reached.
pub(in crate::web) async fn contacts(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (l, id) = (visit.l, UnitId(id));
    let cells = CELLS
        .map(|column| (column, typed(fields.get(column.en()))))
        .to_vec();
    match app.keep_contacts(visit.actor()?, id, &cells).await {
        Ok(()) => Ok(see(&format!("/admin/units/{id}?notice=contacts"))),
        Err(Error::Rows(faults)) => {
            // The form has no table: its fields are called as they stand there.
            let words = |fault: &RowError| {
                let heading = fault.column.map(|column| l.unit_contact(column).to_owned());
                let fault = RowError {
                    heading,
                    ..fault.clone()
                };
                (fault.column, l.row_fault(&fault))
            };
            let sent = Sent {
                cells,
                wrong: faults.iter().map(words).collect(),
            };
            show(&app, visit, id, Told::problem(l.unit_contacts_wrong()), &sent).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Ends a workstation that was lost or given away, or ends only that it reports for this unit.
pub(in crate::web) async fn device(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (device, only, notice) = match fields.read("part") {
        Some(device) => (Some(device), Some(UnitId(id)), "unbound_here"),
        None => (fields.read("end"), None, "unbound"),
    };
    let device = device.ok_or(Failure::NOT_FOUND)?;
    app.unbind(visit.actor()?, device, only).await?;
    Ok(see(&format!("/admin/units/{id}?notice={notice}")))
}

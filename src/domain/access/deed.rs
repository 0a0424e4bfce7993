//! Knows every act and page that needs leave, the roles that have it, and how far each reaches.

use super::Identity;
use super::Role::{
    self, Auditor, DutyOfficer, Head, Leader, Reporter, SecurityAdministrator, SystemAdministrator,
};

use Reach::{Below, Own, Whole};

/// An act, or a page that shows something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deed {
    /// The page of a unit: what it owes, what it sent, its receipts.
    SeeUnit,
    /// The duty board, the gaps and their contacts.
    SeeBoard,
    /// Makes and revokes the links that open the wall.
    ShareWall,
    /// The letters and attempts of a unit, and the outbox.
    SeeOutbox,
    /// The daily bulletins of duty offices.
    SeeBulletin,
    /// An urgent report and who has it.
    SeeUrgent,
    /// Who did what.
    ReadAudit,
    /// A report of the unit itself.
    Report,
    /// A later report that supersedes one.
    Amend,
    /// A report on behalf of a unit below.
    Proxy,
    /// A report that was dictated by phone.
    RecordPhone,
    /// A late report after closing.
    Supplement,
    /// Confirms or refuses what awaits it: an incident turned all clear, a claim of being on time.
    Confirm,
    /// Decides that a unit need not report.
    Excuse,
    /// Moves a running deadline.
    Extend,
    /// Says of a chase "I have it".
    AcknowledgeChase,
    /// Says of an urgent report "I have it", also for a leader on the phone.
    AcknowledgeAlert,
    /// Closes, reopens, joins and parts incidents, and links what came to light otherwise.
    KeepIncident,
    /// Finds how something was reported: late, omitted, understated, false, concealed.
    Judge,
    /// Takes personal data out of a report that was kept.
    Redact,
    /// The duty roster of a unit, and the change of its shifts.
    SeeRoster,
    /// Fills the roster, names who stands in, asks for a swap, hands over.
    KeepRoster,
    /// Says yes or no to a swap that another asked for.
    ApproveSwap,
    /// Sends a failed letter again.
    RetryLetter,
    DeclarePeriod,
    StopPeriod,
    ExtendPeriod,
    /// The units of the service: their tree, history, contacts, workstations.
    SeeUnits,
    /// Whom to ring and whom to write to at a unit.
    KeepContacts,
    /// Imports units and their contacts.
    ImportUnits,
    ChangeSettings,
    /// Makes a copy of everything.
    Backup,
    /// Accounts, their roles and locks, API tokens.
    ManageAccounts,
    /// Prints slips that bind workstations, and unbinds them.
    ManageDevices,
}

/// How far a role reaches in one deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The unit of the grant itself.
    Own,
    /// The unit of the grant and all below it.
    Below,
    /// Every unit.
    Whole,
}

impl Deed {
    pub const ALL: [Self; 34] = [
        Self::SeeUnit,
        Self::SeeBoard,
        Self::ShareWall,
        Self::SeeOutbox,
        Self::SeeBulletin,
        Self::SeeUrgent,
        Self::ReadAudit,
        Self::Report,
        Self::Amend,
        Self::Proxy,
        Self::RecordPhone,
        Self::Supplement,
        Self::Confirm,
        Self::Excuse,
        Self::Extend,
        Self::AcknowledgeChase,
        Self::AcknowledgeAlert,
        Self::KeepIncident,
        Self::Judge,
        Self::Redact,
        Self::SeeRoster,
        Self::KeepRoster,
        Self::ApproveSwap,
        Self::RetryLetter,
        Self::DeclarePeriod,
        Self::StopPeriod,
        Self::ExtendPeriod,
        Self::SeeUnits,
        Self::KeepContacts,
        Self::ImportUnits,
        Self::ChangeSettings,
        Self::Backup,
        Self::ManageAccounts,
        Self::ManageDevices,
    ];

    /// Gives the roles that may do it and how far each reaches.
    pub const fn leave(self) -> &'static [(Role, Reach)] {
        match self {
            Self::SeeUnit | Self::SeeBoard | Self::AcknowledgeChase => &[
                (Reporter, Below),
                (Head, Below),
                (DutyOfficer, Below),
                (Leader, Below),
            ],
            Self::SeeBulletin => &[
                (Head, Below),
                (DutyOfficer, Below),
                (Leader, Below),
                (Auditor, Whole),
            ],
            Self::ShareWall | Self::SeeOutbox | Self::RetryLetter | Self::Redact => {
                &[(DutyOfficer, Below), (SystemAdministrator, Whole)]
            }
            Self::SeeUrgent | Self::AcknowledgeAlert => &[(DutyOfficer, Below), (Leader, Below)],
            Self::Report | Self::Amend => &[(Reporter, Own), (Head, Own)],
            Self::Proxy => &[(Reporter, Below), (Head, Below), (DutyOfficer, Below)],
            Self::RecordPhone | Self::Supplement | Self::Confirm | Self::Excuse | Self::Extend => {
                &[(DutyOfficer, Below)]
            }
            Self::KeepIncident => &[(DutyOfficer, Below)],
            Self::Judge | Self::SeeRoster | Self::ApproveSwap => &[(DutyOfficer, Below), (Leader, Below)],
            Self::KeepRoster => &[(DutyOfficer, Below)],
            Self::DeclarePeriod | Self::StopPeriod | Self::ExtendPeriod => {
                &[(DutyOfficer, Below), (Leader, Below)]
            }
            Self::SeeUnits => &[
                (DutyOfficer, Below),
                (Leader, Below),
                (SystemAdministrator, Whole),
                (SecurityAdministrator, Whole),
            ],
            Self::KeepContacts => &[(DutyOfficer, Below), (SystemAdministrator, Whole)],
            Self::ImportUnits | Self::ChangeSettings | Self::Backup => &[(SystemAdministrator, Whole)],
            Self::ManageAccounts => &[(SecurityAdministrator, Whole)],
            Self::ManageDevices => &[(DutyOfficer, Below), (SecurityAdministrator, Whole)],
            Self::ReadAudit => &[(Auditor, Whole)],
        }
    }

    /// Tells whether it needs a sign-in of the last ten minutes.
    pub fn is_dangerous(self) -> bool {
        matches!(
            self,
            Self::Redact
                | Self::StopPeriod
                | Self::KeepContacts
                | Self::ImportUnits
                | Self::ChangeSettings
                | Self::Backup
                | Self::ManageAccounts
                | Self::ManageDevices
        )
    }

    /// Tells whether whoever holds the server may do it on its command line.
    fn is_administration(self) -> bool {
        matches!(
            self,
            Self::ReadAudit
                | Self::DeclarePeriod
                | Self::StopPeriod
                | Self::ExtendPeriod
                | Self::SeeUnits
                | Self::KeepContacts
                | Self::ImportUnits
                | Self::ChangeSettings
                | Self::Backup
                | Self::ManageAccounts
                | Self::ManageDevices
        )
    }

    /// Tells whether a workstation or another system may do it; everything else is for persons.
    pub(super) fn is_open_to(self, identity: Identity) -> bool {
        match identity {
            Identity::Account(_) => true,
            Identity::Console => self.is_administration(),
            Identity::Device(_) => matches!(self, Self::SeeUnit | Self::Report | Self::Amend),
            Identity::Token(_) => matches!(
                self,
                Self::SeeUnit | Self::SeeBoard | Self::SeeBulletin | Self::Report | Self::Amend
            ),
        }
    }
}

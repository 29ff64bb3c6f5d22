//! Whose connection it is.

use portico_types::{ContactId, Id, InboxId, MemberId, ReporterId, RoomId, SessionId, TokenId};

/// Who looks on, and what their right to do so hangs on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Viewer {
    /// A member or guest.
    Member {
        /// Who.
        id: MemberId,
        /// The session they came with: when it ends, so does the connection.
        session: Option<SessionId>,
        /// Or the personal token.
        token: Option<TokenId>,
    },
    /// A person outside who writes to an inbox.
    Contact {
        /// Who.
        id: ContactId,
        /// The inbox their token belongs to.
        inbox: InboxId,
    },
    /// A person outside with the tracking link of one report.
    Reporter {
        /// Who.
        id: ReporterId,
        /// The only room the link opens.
        room: RoomId,
    },
}

impl Viewer {
    /// The member, guest, contact or reporter.
    pub fn id(&self) -> Id {
        match self {
            Self::Member { id, .. } => id.0,
            Self::Contact { id, .. } => id.0,
            Self::Reporter { id, .. } => id.0,
        }
    }

    /// The member, if it is one.
    pub fn member(&self) -> Option<MemberId> {
        match self {
            Self::Member { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// What sealed cursors are bound to: another viewer's do not open.
    pub(crate) fn seal(&self) -> [u8; 17] {
        let mut seal = [0; 17];
        seal[0] = match self {
            Self::Member { .. } => 0,
            Self::Contact { .. } => 1,
            Self::Reporter { .. } => 2,
        };
        seal[1..].copy_from_slice(&self.id().0);
        seal
    }
}

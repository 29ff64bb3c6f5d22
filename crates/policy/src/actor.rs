//! Who is asking.

use portico_domain::{member::MemberKind, member::Role, session::Scopes};
use portico_types::{ContactId, Id, InboxId, MemberId, ReporterId, RoomId, SessionId, TokenId};

/// How a member proved who they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Via {
    /// Signed in: everything they may, they may.
    Session(SessionId),
    /// A personal token: no more than its scopes.
    Token(TokenId, Scopes),
}

/// On whose behalf the server itself acts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// First start and `portico setup`.
    Setup,
    /// A durable job.
    Job,
    /// The operator at the command line.
    Operator,
}

/// Who is asking. A member's role, kind and suspension are not kept here: they are read afresh in the transaction that
/// decides ([`Standing`]), so that a right taken away is gone at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Actor {
    /// A member, guest or bot of the organization.
    Member {
        /// Who.
        id: MemberId,
        /// How they signed in.
        via: Via,
    },
    /// A person outside, writing to an inbox.
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
    /// The server itself.
    System(Reason),
    /// Nobody.
    Anonymous,
}

impl Actor {
    /// The member asking, if it is one.
    pub fn member(&self) -> Option<MemberId> {
        match self {
            Self::Member { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// Whether they are on the team's side of the wall.
    pub fn inside(&self) -> bool {
        matches!(self, Self::Member { .. } | Self::System(_))
    }

    /// A key under which this actor's idempotency keys and limits are kept.
    pub fn key(&self) -> Id {
        match self {
            Self::Member { id, .. } => id.0,
            Self::Contact { id, .. } => id.0,
            Self::Reporter { id, .. } => id.0,
            Self::System(_) | Self::Anonymous => Id::default(),
        }
    }

    /// What a token may be used for; a session may everything.
    pub fn scopes(&self) -> Scopes {
        match self {
            Self::Member { via: Via::Token(_, scopes), .. } => *scopes,
            _ => Scopes::FULL,
        }
    }
}

/// What a member is at this moment, from the deciding transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    /// Rank in the organization.
    pub role: Role,
    /// Person or bot.
    pub kind: MemberKind,
    /// Whether the account is shut.
    pub suspended: bool,
}

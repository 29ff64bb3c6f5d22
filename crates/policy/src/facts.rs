//! What the store found out about a thing and the asker, and what relation that makes.

use crate::{Action, Actor, Class, Relation, Relations, Standing, matrix};
use portico_domain::{
    member::Role,
    room::{GroupRole, Ring, RoomKind, Visibility},
};
use portico_types::{Id, InboxId, MessageId, ProgramId, RoomId};

/// The facts of one kind of thing.
pub trait Facts {
    /// What a permit for it names.
    type Target: Clone;
    /// Seeing it at all: who may not, is told it does not exist.
    type View: Action<Facts = Self>;
    /// Its class in the matrix.
    fn class(&self) -> Class;
    /// What the asker is to it.
    fn relations(&self, actor: &Actor) -> Relations;
    /// What a permit names.
    fn target(&self) -> Self::Target;
    /// The asker's standing, when it is a member.
    fn standing(&self) -> Option<&Standing>;
    /// Whether it takes changes (an archived channel does not).
    fn live(&self) -> bool {
        true
    }
}

fn base(actor: &Actor, standing: Option<&Standing>) -> Relations {
    let none = Relations::default().with(Relation::Anyone);
    match (actor, standing) {
        (Actor::System(_), _) => none.with(Relation::System),
        (Actor::Member { .. }, Some(s)) if !s.suspended => none
            .with_if(s.role == Role::Owner, Relation::Owner)
            .with_if(s.role == Role::Admin, Relation::Admin)
            .with_if(s.role > Role::Guest, Relation::Member)
            .with_if(s.role == Role::Guest, Relation::Guest),
        _ => none,
    }
}

fn grouped(relations: Relations, role: Option<GroupRole>) -> Relations {
    let Some(role) = role else { return relations };
    relations
        .with_if(relations.has(Relation::Member), Relation::Joined)
        .with_if(relations.has(Relation::Guest), Relation::JoinedGuest)
        .with_if(relations.has(Relation::Member) && role == GroupRole::Manager, Relation::Manager)
}

/// A room.
#[derive(Clone, Debug)]
pub struct RoomFacts {
    /// Which.
    pub room: RoomId,
    /// Channel, direct, conversation or report.
    pub kind: RoomKind,
    /// For channels.
    pub visibility: Option<Visibility>,
    /// No more changes.
    pub archived: bool,
    /// Whose people read it.
    pub audience: Id,
    /// The contact or reporter on the other side.
    pub outside: Option<Id>,
    /// The asker's place in the audience's group.
    pub group_role: Option<GroupRole>,
    /// The asker's standing.
    pub standing: Option<Standing>,
}

impl Facts for RoomFacts {
    type Target = RoomId;
    type View = matrix::ReadRoom;

    fn class(&self) -> Class {
        match self.kind {
            RoomKind::Channel => Class::Channel,
            RoomKind::Direct => Class::Direct,
            RoomKind::Conversation => Class::Conversation,
            RoomKind::Report => Class::Report,
        }
    }

    fn relations(&self, actor: &Actor) -> Relations {
        let known = grouped(base(actor, self.standing.as_ref()), self.group_role);
        let finder = known.has(Relation::Member)
            && self.group_role.is_none()
            && self.kind == RoomKind::Channel
            && self.visibility == Some(Visibility::Public);
        let outside = match actor {
            Actor::Contact { id, inbox } => {
                self.kind == RoomKind::Conversation && self.outside == Some(id.0) && self.audience == inbox.0
            }
            Actor::Reporter { id, room } => {
                self.kind == RoomKind::Report && self.outside == Some(id.0) && self.room == *room
            }
            _ => false,
        };
        known.with_if(finder, Relation::Finder).with_if(outside, Relation::Outside)
    }

    fn target(&self) -> RoomId {
        self.room
    }

    fn standing(&self) -> Option<&Standing> {
        self.standing.as_ref()
    }

    fn live(&self) -> bool {
        !self.archived
    }
}

/// A message in its room.
#[derive(Clone, Debug)]
pub struct MessageFacts {
    /// Which.
    pub message: MessageId,
    /// Its room.
    pub room: RoomFacts,
    /// Who may read it.
    pub ring: Ring,
    /// Whether the asker wrote it.
    pub author: bool,
}

impl Facts for MessageFacts {
    type Target = (RoomId, MessageId);
    type View = matrix::ReadMessage;

    fn class(&self) -> Class {
        self.room.class()
    }

    fn relations(&self, actor: &Actor) -> Relations {
        let all = self.room.relations(actor);
        // The ring takes people away before the matrix is asked: it is no row of its own.
        let role = if all.has(Relation::Guest) { Role::Guest } else { Role::Member };
        let readable = if all.has(Relation::Outside) {
            self.ring == Ring::Everyone
        } else {
            portico_domain::room::reads(role, self.room.kind, self.ring)
        };
        if readable {
            all.with_if(self.author, Relation::Author)
        } else {
            Relations::default().with(Relation::Anyone)
        }
    }

    fn target(&self) -> (RoomId, MessageId) {
        (self.room.room, self.message)
    }

    fn standing(&self) -> Option<&Standing> {
        self.room.standing()
    }

    fn live(&self) -> bool {
        self.room.live()
    }
}

/// The organization as a whole.
#[derive(Clone, Debug, Default)]
pub struct OrganizationFacts {
    /// The asker's standing.
    pub standing: Option<Standing>,
}

impl Facts for OrganizationFacts {
    type Target = ();
    type View = matrix::EnterOrganization;

    fn class(&self) -> Class {
        Class::Organization
    }

    fn relations(&self, actor: &Actor) -> Relations {
        base(actor, self.standing.as_ref())
    }

    fn target(&self) {}

    fn standing(&self) -> Option<&Standing> {
        self.standing.as_ref()
    }
}

/// An inbox.
#[derive(Clone, Debug)]
pub struct InboxFacts {
    /// Which.
    pub inbox: InboxId,
    /// The asker's place among its agents.
    pub group_role: Option<GroupRole>,
    /// The asker's standing.
    pub standing: Option<Standing>,
}

impl Facts for InboxFacts {
    type Target = InboxId;
    type View = matrix::ReadInbox;

    fn class(&self) -> Class {
        Class::Inbox
    }

    fn relations(&self, actor: &Actor) -> Relations {
        let known = grouped(base(actor, self.standing.as_ref()), self.group_role);
        let outside = matches!(actor, Actor::Contact { inbox, .. } if *inbox == self.inbox);
        known.with_if(outside, Relation::Outside)
    }

    fn target(&self) -> InboxId {
        self.inbox
    }

    fn standing(&self) -> Option<&Standing> {
        self.standing.as_ref()
    }
}

/// A program.
#[derive(Clone, Debug)]
pub struct ProgramFacts {
    /// Which.
    pub program: ProgramId,
    /// The asker's place in its team.
    pub group_role: Option<GroupRole>,
    /// The asker's standing.
    pub standing: Option<Standing>,
    /// Whether reports are taken.
    pub open: bool,
}

impl Facts for ProgramFacts {
    type Target = ProgramId;
    type View = matrix::ReadPolicy;

    fn class(&self) -> Class {
        Class::Program
    }

    fn relations(&self, actor: &Actor) -> Relations {
        grouped(base(actor, self.standing.as_ref()), self.group_role)
    }

    fn target(&self) -> ProgramId {
        self.program
    }

    fn standing(&self) -> Option<&Standing> {
        self.standing.as_ref()
    }

    fn live(&self) -> bool {
        self.open
    }
}

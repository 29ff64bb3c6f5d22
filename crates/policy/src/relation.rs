//! What someone is to a thing, as the matrix names it.

/// What sort of thing a decision is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Class {
    /// A channel.
    Channel,
    /// A direct or group message.
    Direct,
    /// A conversation with a customer.
    Conversation,
    /// A report of a flaw.
    Report,
    /// The organization as a whole.
    Organization,
    /// An inbox and its settings.
    Inbox,
    /// A program and its settings.
    Program,
}

macro_rules! relations {
    ($($(#[$doc:meta])* $name:ident = $bit:literal),+ $(,)?) => {
        /// What someone is to a thing.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Relation { $($(#[$doc])* $name = $bit),+ }
        impl Relation {
            /// All relations.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
        }
    };
}

relations! {
    /// The server itself.
    System = 0,
    /// Owner of the organization.
    Owner = 1,
    /// Admin of the organization (owners are not counted in: the matrix names both).
    Admin = 2,
    /// Any member who is not a guest, of whatever rank.
    Member = 3,
    /// A guest.
    Guest = 4,
    /// In the thing's group of people (joined, agent, program team), not a guest.
    Joined = 5,
    /// A guest in the thing's group of people.
    JoinedGuest = 6,
    /// Manager of the thing's group of people.
    Manager = 7,
    /// A member who is not in a public channel and may find it.
    Finder = 8,
    /// The contact or reporter whose conversation or report it is.
    Outside = 9,
    /// Wrote the message.
    Author = 10,
    /// Nobody in particular, signed in or not.
    Anyone = 11,
}

/// A set of relations.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Relations(u32);

impl Relations {
    /// With one more in it.
    #[must_use]
    pub const fn with(self, relation: Relation) -> Self {
        Self(self.0 | (1 << relation as u32))
    }

    /// With one more in it when `condition` holds.
    #[must_use]
    pub const fn with_if(self, condition: bool, relation: Relation) -> Self {
        if condition { self.with(relation) } else { self }
    }

    /// Whether it is in it.
    pub const fn has(self, relation: Relation) -> bool {
        self.0 & (1 << relation as u32) != 0
    }

    /// Whether any of `list` is in it.
    pub fn any(self, list: &[Relation]) -> bool {
        list.iter().any(|r| self.has(*r))
    }
}

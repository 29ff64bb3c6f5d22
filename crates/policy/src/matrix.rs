//! The matrix: action × class of thing → the relations that may. The golden file beside the tests shows it spelled out
//! for every sort of person; a change here is a change there, reviewed as text.

use crate::{Class, Facts, InboxFacts, MessageFacts, OrganizationFacts, ProgramFacts, Relation, RoomFacts};
use portico_domain::session::Scope;

/// Something one may do.
pub trait Action: Sized + 'static {
    /// Its name in the matrix, the documentation and the audit record.
    const NAME: &'static str;
    /// The scope a token needs.
    const SCOPE: Scope;
    /// Whether an archived or paused thing refuses it.
    const LIVE: bool;
    /// What it is told then.
    const CLOSED: &'static str = "it is archived or paused and takes no changes";
    /// What it is decided from.
    type Facts: Facts;
    /// Who may, for a class of thing.
    fn allowed(class: Class) -> &'static [Relation];
}

/// One line of the matrix, for tests and documentation.
pub struct Row {
    /// The action's name.
    pub action: &'static str,
    /// The class of thing.
    pub class: Class,
    /// The scope a token needs.
    pub scope: Scope,
    /// Who may.
    pub allowed: &'static [Relation],
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $facts:ident, $scope:ident, $live:literal { $($class:ident: [$($relation:ident),* $(,)?]);+ $(;)? })+) => {
        $(
            $(#[$doc])*
            pub struct $name;
            impl Action for $name {
                const NAME: &'static str = $text;
                const SCOPE: Scope = Scope::$scope;
                const LIVE: bool = $live;
                type Facts = $facts;
                fn allowed(class: Class) -> &'static [Relation] {
                    match class {
                        $(Class::$class => &[$(Relation::$relation),*],)+
                        _ => &[],
                    }
                }
            }
        )+
        /// Every line.
        pub const MATRIX: &[Row] = &[
            $($(Row { action: $text, class: Class::$class, scope: Scope::$scope, allowed: &[$(Relation::$relation),*] },)+)+
        ];
    };
}

actions! {
    /// See a room and what is in it.
    ReadRoom = "room.read", RoomFacts, Read, false {
        Channel: [System, Joined, JoinedGuest, Finder];
        Direct: [System, Joined, JoinedGuest];
        Conversation: [System, Joined, Owner, Admin, Outside];
        Report: [System, Joined, JoinedGuest, Outside];
    }
    /// Write a message.
    PostMessage = "message.post", RoomFacts, Write, true {
        Channel: [System, Joined, JoinedGuest];
        Direct: [System, Joined, JoinedGuest];
        Conversation: [System, Joined, Owner, Admin, Outside];
        Report: [System, Joined, JoinedGuest, Outside];
    }
    /// Move one's own reading mark, star, mute, draft, signal typing.
    KeepState = "room.state", RoomFacts, Write, false {
        Channel: [Joined, JoinedGuest];
        Direct: [Joined, JoinedGuest];
        Conversation: [Joined, Owner, Admin, Outside];
        Report: [Joined, JoinedGuest, Outside];
    }
    /// Become a member of a channel one can find.
    JoinRoom = "room.join", RoomFacts, Write, true {
        Channel: [Finder, Joined, JoinedGuest];
    }
    /// Bring someone in.
    InviteToRoom = "room.invite", RoomFacts, Write, true {
        Channel: [System, Joined];
    }
    /// Go.
    LeaveRoom = "room.leave", RoomFacts, Write, false {
        Channel: [Joined, JoinedGuest];
    }
    /// Send someone away.
    RemoveFromRoom = "room.remove", RoomFacts, Write, false {
        Channel: [Manager, Owner, Admin];
    }
    /// Change name, topic and purpose.
    EditRoom = "room.edit", RoomFacts, Write, true {
        Channel: [Joined];
    }
    /// Archive and bring back.
    ArchiveRoom = "room.archive", RoomFacts, Write, false {
        Channel: [Manager, Owner, Admin];
    }
    /// Assign, snooze, resolve, share, look after the contact.
    HandleConversation = "conversation.handle", RoomFacts, Customers, false {
        Conversation: [System, Joined, Owner, Admin];
    }
    /// Move a report through its states.
    HandleReport = "report.handle", RoomFacts, Security, false {
        Report: [System, Joined];
    }
    /// Take one's own report back.
    WithdrawReport = "report.withdraw", RoomFacts, Write, false {
        Report: [Outside];
    }

    /// See a message.
    ReadMessage = "message.read", MessageFacts, Read, false {
        Channel: [System, Joined, JoinedGuest, Finder];
        Direct: [System, Joined, JoinedGuest];
        Conversation: [System, Joined, Owner, Admin, Outside];
        Report: [System, Joined, JoinedGuest, Outside];
    }
    /// Change what one wrote.
    EditMessage = "message.edit", MessageFacts, Write, true {
        Channel: [Author];
        Direct: [Author];
        Conversation: [Author];
        Report: [Author];
    }
    /// Delete a message.
    DeleteMessage = "message.delete", MessageFacts, Write, false {
        Channel: [Author, Manager, Owner, Admin];
        Direct: [Author];
        Conversation: [Author, Owner, Admin];
        Report: [Author];
    }
    /// Put an emoji on a message.
    React = "message.react", MessageFacts, Write, true {
        Channel: [Joined, JoinedGuest];
        Direct: [Joined, JoinedGuest];
        Conversation: [Joined, Owner, Admin];
        Report: [Joined, JoinedGuest];
    }
    /// Keep a message for later, follow its thread.
    KeepMessage = "message.keep", MessageFacts, Write, false {
        Channel: [Joined, JoinedGuest, Finder];
        Direct: [Joined, JoinedGuest];
        Conversation: [Joined, Owner, Admin];
        Report: [Joined, JoinedGuest];
    }
    /// See what a message said before it was edited.
    ReadHistory = "message.history", MessageFacts, Read, false {
        Channel: [Joined, JoinedGuest];
        Direct: [Joined, JoinedGuest];
        Conversation: [Joined, Owner, Admin];
        Report: [Joined];
    }

    /// Be in the organization at all.
    EnterOrganization = "organization.enter", OrganizationFacts, Read, false {
        Organization: [System, Member, Guest];
    }
    /// Change what is one's own: profile, preferences, presence.
    EditSelf = "self.edit", OrganizationFacts, Write, false {
        Organization: [Member, Guest];
    }
    /// See and end sessions, change the password, make personal tokens. Never with a token.
    ManageAccess = "self.access", OrganizationFacts, Admin, false {
        Organization: [Member, Guest];
    }
    /// See the people of the organization.
    ListPeople = "people.list", OrganizationFacts, Read, false {
        Organization: [System, Member];
    }
    /// Find public channels.
    BrowseChannels = "channels.browse", OrganizationFacts, Read, false {
        Organization: [Member];
    }
    /// Make a channel.
    CreateChannel = "channel.create", OrganizationFacts, Write, false {
        Organization: [System, Member];
    }
    /// Write to people directly.
    CreateDirect = "direct.create", OrganizationFacts, Write, false {
        Organization: [Member, Guest];
    }
    /// Make, change and remove teams.
    ManageTeams = "teams.manage", OrganizationFacts, Admin, false {
        Organization: [System, Owner, Admin];
    }
    /// Invite people.
    InvitePeople = "people.invite", OrganizationFacts, Admin, false {
        Organization: [System, Owner, Admin];
    }
    /// Change roles, suspend and reactivate.
    ManagePeople = "people.manage", OrganizationFacts, Admin, false {
        Organization: [System, Owner, Admin];
    }
    /// Change the organization's name and settings.
    ManageOrganization = "organization.manage", OrganizationFacts, Admin, false {
        Organization: [System, Owner, Admin];
    }
    /// Read the audit record. What happened inside a program is not in this view.
    ReadAudit = "audit.read", OrganizationFacts, Admin, false {
        Organization: [Owner, Admin];
    }
    /// Make an inbox.
    CreateInbox = "inbox.create", OrganizationFacts, Admin, false {
        Organization: [System, Owner, Admin];
    }
    /// Make a program.
    CreateProgram = "program.create", OrganizationFacts, Admin, false {
        Organization: [System, Owner, Admin];
    }

    /// See an inbox.
    ReadInbox = "inbox.read", InboxFacts, Customers, false {
        Inbox: [System, Joined, Owner, Admin, Outside];
    }
    /// Change an inbox, its agents and its secrets.
    ManageInbox = "inbox.manage", InboxFacts, Customers, false {
        Inbox: [System, Owner, Admin];
    }
    /// Look after a contact of an inbox.
    HandleContact = "contact.handle", InboxFacts, Customers, false {
        Inbox: [System, Joined, Owner, Admin];
    }
    /// Begin a conversation.
    StartConversation = "conversation.start", InboxFacts, Customers, true {
        Inbox: [System, Joined, Owner, Admin, Outside];
    }

    /// Read a published policy.
    ReadPolicy = "program.policy", ProgramFacts, Read, false {
        Program: [Anyone];
    }
    /// Send a report.
    SubmitReport = "report.submit", ProgramFacts, Read, true {
        Program: [Anyone];
    }
    /// See a program's settings, team and reports.
    ReadProgram = "program.read", ProgramFacts, Security, false {
        Program: [System, Joined, JoinedGuest];
    }
    /// Change a program and its team. Rank does not help: only its own team may.
    ManageProgram = "program.manage", ProgramFacts, Security, false {
        Program: [System, Joined];
    }
}

//! Who is in what, kept by the log itself, and the decision who may hear of an event.
//!
//! The same decision serves what is delivered live and what is read from the log for a connection that resumes.

use portico_domain::{
    event::{Audience, Event},
    member::{PresenceChoice, Role},
    room::{GroupKind, Ring, RoomKind},
    session::{Scope, Scopes},
};
use portico_policy::Standing;
use portico_store::LogEvent;
use portico_types::{ContactId, Id, MemberId, RoomId, SessionId, TokenId};
use std::{
    cell::OnceCell,
    collections::{HashMap, HashSet},
};

/// What the hub knows of a member.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person {
    pub(crate) role: Role,
    pub(crate) suspended: bool,
    pub(crate) choice: PresenceChoice,
}

impl Person {
    pub(crate) fn is_guest(self) -> bool {
        self.role == Role::Guest
    }
}

struct Group {
    kind: GroupKind,
    members: HashSet<MemberId>,
}

/// What an event does to open connections, before anyone hears of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Effect {
    /// A session is over.
    EndSession(SessionId),
    /// A personal token is over.
    EndToken(TokenId),
    /// A member is suspended.
    EndMember(MemberId),
    /// A member became a guest or a guest a member: they see another organization now.
    Resync(MemberId),
    /// A contact is blocked.
    EndContact(ContactId),
}

/// The people who share a group with the one an event is about; found out when a guest first asks.
pub(crate) type Companions = OnceCell<HashSet<MemberId>>;

/// What the store says at the start.
pub(crate) struct Snapshot {
    /// The life of the log.
    pub(crate) epoch: i64,
    pub(crate) memberships: Vec<(Id, GroupKind, MemberId)>,
    pub(crate) standings: Vec<(MemberId, Standing, PresenceChoice)>,
}

#[derive(Default)]
pub(crate) struct Index {
    /// The life of the log that its events' numbers count in.
    pub(crate) epoch: i64,
    people: HashMap<MemberId, Person>,
    groups: HashMap<Id, Group>,
    admins: HashSet<MemberId>,
    /// People whom events were about since they were last taken.
    changed: HashSet<MemberId>,
    /// Changes so far of anything above that decides who hears of what.
    version: u64,
}

impl Index {
    pub(crate) fn new(snapshot: Snapshot) -> Self {
        let mut index = Self { epoch: snapshot.epoch, ..Self::default() };
        for (id, standing, choice) in snapshot.standings {
            index.set_person(id, Person { role: standing.role, suspended: standing.suspended, choice });
        }
        for (group, kind, member) in snapshot.memberships {
            index.join(group, kind, member);
        }
        index
    }

    pub(crate) fn person(&self, id: MemberId) -> Option<Person> {
        self.people.get(&id).copied()
    }

    pub(crate) fn admins(&self) -> &HashSet<MemberId> {
        &self.admins
    }

    pub(crate) fn members_of(&self, group: Id) -> Option<&HashSet<MemberId>> {
        self.groups.get(&group).map(|g| &g.members)
    }

    /// Another one when anybody may hear of something else than before.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    fn join(&mut self, group: Id, kind: GroupKind, member: MemberId) {
        self.version += 1;
        self.groups
            .entry(group)
            .or_insert_with(|| Group { kind, members: HashSet::new() })
            .members
            .insert(member);
    }

    fn set_person(&mut self, id: MemberId, person: Person) -> Option<Person> {
        self.version += 1;
        if person.role.is_admin() {
            self.admins.insert(id);
        } else {
            self.admins.remove(&id);
        }
        self.people.insert(id, person)
    }

    /// Takes the people who may be other than they were.
    pub(crate) fn take_changed(&mut self) -> HashSet<MemberId> {
        std::mem::take(&mut self.changed)
    }

    /// Takes in what an event says about people and groups, before anyone is told of it.
    pub(crate) fn apply(&mut self, event: &Event) -> Option<Effect> {
        match event {
            Event::MemberJoined { group, kind, member_id, .. } => self.join(*group, *kind, *member_id),
            Event::MemberLeft { group, member_id, .. } => {
                self.version += 1;
                if let Some(known) = self.groups.get_mut(group) {
                    known.members.remove(member_id);
                    if known.members.is_empty() {
                        self.groups.remove(group);
                    }
                }
            }
            Event::TeamRemoved { team_id } => {
                self.version += 1;
                self.groups.remove(&team_id.0);
            }
            // The people of a direct room never change, and they hear of the room itself.
            Event::RoomCreated { room } if room.kind == RoomKind::Direct => {
                for member in &room.member_ids {
                    self.join(room.id.0, GroupKind::Room, *member);
                }
            }
            Event::PersonAdded { member } | Event::PersonUpdated { member } => {
                let now = Person { role: member.role, suspended: member.suspended, choice: member.presence };
                let before = self.set_person(member.id, now);
                self.changed.insert(member.id);
                if now.suspended {
                    return Some(Effect::EndMember(member.id));
                }
                if before.is_some_and(|b| b.is_guest() != now.is_guest()) {
                    return Some(Effect::Resync(member.id));
                }
            }
            Event::SessionEnded { session_id } => return Some(Effect::EndSession(*session_id)),
            Event::TokenEnded { token_id } => return Some(Effect::EndToken(*token_id)),
            Event::ContactUpdated { contact } if contact.blocked => {
                return Some(Effect::EndContact(contact.id));
            }
            _ => {}
        }
        None
    }

    /// Whether a member may hear of an event now.
    pub(crate) fn hears(&self, id: MemberId, event: &LogEvent, companions: &Companions) -> bool {
        let Some(person) = self.person(id) else { return false };
        // How far the team has read is for the person outside alone.
        if person.suspended || matches!(event.event, Event::SeenMoved { .. }) {
            return false;
        }
        // Who comes or goes learns of it, though they are not, or no longer, of the group.
        if subject(&event.event) == Some(id) {
            return true;
        }
        self.is_audience(id, person, &event.audience)
            && (!person.is_guest() || self.guest_hears(id, &event.event, companions))
    }

    /// Whether a member is among the people of an audience.
    pub(crate) fn is_audience(&self, id: MemberId, person: Person, audience: &Audience) -> bool {
        match audience {
            Audience::Group { group, ring, admins, .. } => {
                (*admins && person.role.is_admin())
                    || self.groups.get(group).is_some_and(|g| {
                        g.members.contains(&id)
                            && (!person.is_guest() || (g.kind != GroupKind::Inbox && *ring >= Ring::Guests))
                    })
            }
            Audience::Member(member) => *member == id,
            Audience::Members => !person.is_guest(),
            Audience::Everyone => true,
            Audience::Admins => person.role.is_admin(),
        }
    }

    /// Guests hear nothing of inboxes and teams, of programs only those whose reports they read (the audience sees to
    /// that), and of people only those they share something with.
    fn guest_hears(&self, id: MemberId, event: &Event, companions: &Companions) -> bool {
        match event {
            Event::InboxUpdated { .. }
            | Event::TeamUpdated { .. }
            | Event::TeamRemoved { .. }
            | Event::ConversationCreated { .. }
            | Event::ConversationUpdated { .. }
            | Event::ContactUpdated { .. }
            | Event::ContactRead { .. } => false,
            Event::MemberJoined { kind, .. } | Event::MemberLeft { kind, .. } => {
                matches!(kind, GroupKind::Room | GroupKind::Program)
            }
            Event::PersonAdded { member } | Event::PersonUpdated { member } => {
                member.id == id || self.are_companions(id, member.id, companions)
            }
            _ => true,
        }
    }

    /// Whether `id` shares a group with `other`, about whom `companions` is.
    pub(crate) fn are_companions(&self, id: MemberId, other: MemberId, companions: &Companions) -> bool {
        companions
            .get_or_init(|| {
                let shared = self.groups.values().filter(|g| g.members.contains(&other));
                shared.flat_map(|g| g.members.iter().copied()).collect()
            })
            .contains(&id)
    }

    /// The scopes a personal token needs to hear of an event: all of them.
    pub(crate) fn scopes(&self, event: &LogEvent) -> Scopes {
        const UNKNOWN: &[Scope] = &[Scope::Read, Scope::Customers, Scope::Security];
        match &event.event {
            Event::ConversationCreated { .. }
            | Event::ConversationUpdated { .. }
            | Event::ContactUpdated { .. }
            | Event::ContactRead { .. }
            | Event::InboxUpdated { .. } => return Scopes::of(&[Scope::Customers]),
            Event::ProgramUpdated { .. } | Event::ReportCreated { .. } | Event::ReportUpdated { .. } => {
                return Scopes::of(&[Scope::Security]);
            }
            Event::MemberJoined { kind, .. } | Event::MemberLeft { kind, .. } => {
                return Scopes::of(&[desk(*kind)]);
            }
            _ => {}
        }
        match &event.audience {
            Audience::Group { group, admins, .. } => self.group_scopes(*group, *admins),
            Audience::Admins => Scopes::of(&[Scope::Admin]),
            Audience::Member(_) | Audience::Members | Audience::Everyone => match room_of(event) {
                // A channel or direct room is its own group; any other room is of a desk we cannot tell from here.
                Some(room) if !self.groups.contains_key(&room.0) => Scopes::of(UNKNOWN),
                _ => Scopes::of(&[Scope::Read]),
            },
        }
    }

    /// The scopes a personal token needs for what happens in a group.
    pub(crate) fn group_scopes(&self, group: Id, admins: bool) -> Scopes {
        let needed = match self.groups.get(&group) {
            Some(known) => desk(known.kind),
            // Only conversations are told to admins beside their own people, even where an inbox has no agents yet.
            None if admins => Scope::Customers,
            None => return Scopes::of(&[Scope::Customers, Scope::Security]),
        };
        Scopes::of(&[needed])
    }
}

fn desk(kind: GroupKind) -> Scope {
    match kind {
        GroupKind::Room | GroupKind::Team => Scope::Read,
        GroupKind::Inbox => Scope::Customers,
        GroupKind::Program => Scope::Security,
    }
}

/// Whether an event is one of the many that change nothing of what this index holds, and that all of its audience hear of
/// alike: what is said in a room.
pub(crate) fn changes_nobody(event: &Event) -> bool {
    matches!(
        event,
        Event::MessagePosted { .. }
            | Event::MessageEdited { .. }
            | Event::MessageDeleted { .. }
            | Event::MessageThread { .. }
            | Event::ReactionAdded { .. }
            | Event::ReactionRemoved { .. }
    )
}

/// Whose coming or going an event is about.
pub(crate) fn subject(event: &Event) -> Option<MemberId> {
    match event {
        Event::MemberJoined { member_id, .. } | Event::MemberLeft { member_id, .. } => Some(*member_id),
        _ => None,
    }
}

fn room_of(event: &LogEvent) -> Option<RoomId> {
    event.room.or(match &event.event {
        Event::ReadMoved { room_id, .. }
        | Event::ThreadState { room_id, .. }
        | Event::DraftRemoved { room_id, .. } => Some(*room_id),
        Event::DraftSaved { draft } => Some(draft.room_id),
        _ => None,
    })
}

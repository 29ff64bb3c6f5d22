//! The matrix spelled out for every sort of person, as text that anyone can review.
//! `UPDATE_GOLDEN=1 cargo test -p portico-policy` writes it anew.

use portico_domain::{
    member::{MemberKind, Role},
    room::{GroupRole, Ring, RoomKind, Visibility},
    session::{Scope, Scopes},
};
use portico_policy::*;
use portico_types::{
    ContactId, Id, InboxId, MemberId, MessageId, ProgramId, ReporterId, RoomId, SessionId, TokenId,
};
use std::fmt::Write;

const ROOM: Id = Id([1; 16]);
const AUDIENCE: Id = Id([2; 16]);
const OUTSIDE: Id = Id([3; 16]);

struct Person {
    name: &'static str,
    actor: Actor,
    standing: Option<Standing>,
    group: Option<GroupRole>,
}

fn people() -> Vec<Person> {
    let member = |via| Actor::Member { id: MemberId(Id([9; 16])), via };
    let session = Via::Session(SessionId(Id([8; 16])));
    let stands = |role, suspended| Some(Standing { role, kind: MemberKind::Person, suspended });
    let mut list = Vec::new();
    for (role, text) in
        [(Role::Owner, "owner"), (Role::Admin, "admin"), (Role::Member, "member"), (Role::Guest, "guest")]
    {
        for (group, place) in
            [(None, "apart"), (Some(GroupRole::Member), "in it"), (Some(GroupRole::Manager), "manages")]
        {
            let name = Box::leak(format!("{text}, {place}").into_boxed_str());
            list.push(Person { name, actor: member(session), standing: stands(role, false), group });
        }
    }
    let bot = Some(Standing { role: Role::Member, kind: MemberKind::Bot, suspended: false });
    list.push(Person {
        name: "bot, in it",
        actor: member(session),
        standing: bot,
        group: Some(GroupRole::Member),
    });
    for (scope, name) in [
        (Scope::Read, "token read, in it"),
        (Scope::Write, "token write, in it"),
        (Scope::Customers, "token customers, in it"),
        (Scope::Security, "token security, in it"),
        (Scope::Admin, "token admin, owner in it"),
    ] {
        let role = if scope == Scope::Admin { Role::Owner } else { Role::Member };
        let via = Via::Token(TokenId(Id([7; 16])), Scopes::of(&[scope]));
        list.push(Person {
            name,
            actor: member(via),
            standing: stands(role, false),
            group: Some(GroupRole::Member),
        });
    }
    list.push(Person {
        name: "suspended owner, manages",
        actor: member(session),
        standing: stands(Role::Owner, true),
        group: Some(GroupRole::Manager),
    });
    let contact = |id, inbox| Actor::Contact { id: ContactId(id), inbox: InboxId(inbox) };
    let reporter = |id, room| Actor::Reporter { id: ReporterId(id), room: RoomId(room) };
    let other = Id([77; 16]);
    for (name, actor) in [
        ("contact of it", contact(OUTSIDE, AUDIENCE)),
        ("contact of another", contact(other, AUDIENCE)),
        ("contact, other inbox", contact(OUTSIDE, other)),
        ("reporter of it", reporter(OUTSIDE, ROOM)),
        ("reporter of another", reporter(other, other)),
        ("server itself", Actor::System(Reason::Job)),
        ("nobody", Actor::Anonymous),
    ] {
        list.push(Person { name, actor, standing: None, group: None });
    }
    list
}

fn cell<A: Action>(person: &Person, facts: &A::Facts) -> char {
    match require::<A>(&person.actor, facts) {
        Ok(_) => '+',
        Err(e) if e.code().status() == 403 => '-',
        Err(_) => '.',
    }
}

fn room(person: &Person, class: Class, visibility: Visibility) -> RoomFacts {
    let kind = match class {
        Class::Direct => RoomKind::Direct,
        Class::Conversation => RoomKind::Conversation,
        Class::Report => RoomKind::Report,
        _ => RoomKind::Channel,
    };
    RoomFacts {
        room: RoomId(ROOM),
        kind,
        visibility: (kind == RoomKind::Channel).then_some(visibility),
        archived: false,
        audience: AUDIENCE,
        outside: matches!(kind, RoomKind::Conversation | RoomKind::Report).then_some(OUTSIDE),
        group_role: person.group,
        standing: person.standing,
    }
}

macro_rules! table {
    ($out:ident, $people:ident, $title:literal, $facts:expr, [$($action:ident),+ $(,)?]) => {{
        writeln!($out, "\n## {}\n", $title).unwrap();
        $({
            let cells: String = $people.iter().map(|p| format!("{} ", cell::<$action>(p, &$facts(p)))).collect();
            writeln!($out, "{:<22} {}", $action::NAME, cells.trim_end()).unwrap();
        })+
    }};
}

#[test]
fn the_matrix_is_the_golden_file() {
    let people = people();
    let mut out = String::from(
        "# Who may do what\n\n+ may   - sees it but may not   . does not exist for them\n\nColumns, left to right:\n",
    );
    for (i, person) in people.iter().enumerate() {
        writeln!(out, "{:>3} {}", i + 1, person.name).unwrap();
    }
    macro_rules! rooms {
        ($title:literal, $class:ident, $visibility:ident) => {
            table!(
                out,
                people,
                $title,
                |p: &Person| room(p, Class::$class, Visibility::$visibility),
                [
                    ReadRoom,
                    PostMessage,
                    KeepState,
                    JoinRoom,
                    InviteToRoom,
                    LeaveRoom,
                    RemoveFromRoom,
                    EditRoom,
                    ArchiveRoom,
                    HandleConversation,
                    HandleReport,
                    WithdrawReport,
                ]
            );
        };
    }
    rooms!("public channel", Channel, Public);
    rooms!("private channel", Channel, Private);
    rooms!("direct message", Direct, Private);
    rooms!("conversation", Conversation, Private);
    rooms!("report", Report, Private);
    macro_rules! messages {
        ($title:literal, $class:ident, $ring:ident, $author:literal) => {
            table!(
                out,
                people,
                $title,
                |p: &Person| MessageFacts {
                    message: MessageId(Id([4; 16])),
                    room: room(p, Class::$class, Visibility::Private),
                    ring: Ring::$ring,
                    author: $author
                },
                [ReadMessage, EditMessage, DeleteMessage, React, KeepMessage, ReadHistory]
            );
        };
    }
    messages!("message of another, private channel", Channel, Everyone, false);
    messages!("own message, private channel", Channel, Everyone, true);
    messages!("message of another, direct", Direct, Everyone, false);
    messages!("reply in a conversation", Conversation, Everyone, false);
    messages!("note in a conversation", Conversation, Team, false);
    messages!("message in a report", Report, Everyone, false);
    messages!("guests' message in a report", Report, Guests, false);
    messages!("note in a report", Report, Team, false);
    table!(
        out,
        people,
        "organization",
        |p: &Person| OrganizationFacts { standing: p.standing },
        [
            EnterOrganization,
            EditSelf,
            ManageAccess,
            ListPeople,
            BrowseChannels,
            CreateChannel,
            CreateDirect,
            ManageTeams,
            InvitePeople,
            ManagePeople,
            ManageOrganization,
            ReadAudit,
            CreateInbox,
            CreateProgram,
        ]
    );
    table!(
        out,
        people,
        "inbox",
        |p: &Person| InboxFacts { inbox: InboxId(AUDIENCE), group_role: p.group, standing: p.standing },
        [ReadInbox, ManageInbox, HandleContact, StartConversation,]
    );
    table!(
        out,
        people,
        "program",
        |p: &Person| ProgramFacts {
            program: ProgramId(AUDIENCE),
            group_role: p.group,
            standing: p.standing,
            open: true
        },
        [ReadPolicy, SubmitReport, ReadProgram, ManageProgram,]
    );

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/matrix.golden.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &out).unwrap();
    }
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    assert!(golden == out, "the matrix changed; look at the difference after UPDATE_GOLDEN=1");

    for row in MATRIX {
        assert!(out.contains(row.action), "{} is in no table above", row.action);
    }
}

#[test]
fn rank_does_not_open_a_report() {
    for person in people() {
        let facts = room(&person, Class::Report, Visibility::Private);
        let seen = require::<ReadRoom>(&person.actor, &facts).is_ok();
        let allowed = person.name.ends_with("in it")
            || person.name.ends_with("manages")
            || person.name.ends_with("of it")
            || person.name == "server itself";
        let barred = person.name.starts_with("suspended")
            || person.name.starts_with("contact")
            || (person.name.starts_with("token") && !person.name.starts_with("token security"));
        assert_eq!(seen, allowed && !barred, "{}", person.name);
    }
}

#[test]
fn an_archived_channel_takes_no_messages() {
    let person = &people()[7];
    let mut facts = room(person, Class::Channel, Visibility::Public);
    assert!(require::<PostMessage>(&person.actor, &facts).is_ok());
    facts.archived = true;
    assert_eq!(require::<PostMessage>(&person.actor, &facts).unwrap_err().code().status(), 403);
    assert!(require::<ReadRoom>(&person.actor, &facts).is_ok());
}

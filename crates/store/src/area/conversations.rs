//! Conversations: the Customers desk's side of a room. The room's own files hold its messages and reading marks.

use super::{
    Desk, Page, RoomRow,
    contacts::{self, columns},
    rooms::NewRoom,
};
use crate::{Read, Row, Tx, Value};
use portico_domain::{
    conversation::{Conversation, LastMessage, Priority, Status},
    message::AuthorKind,
    room::{GroupRole, Notify, Ring, RoomKind, RoomState, unread},
};
use portico_policy::{
    Action, Actor, HandleContact, HandleConversation, ManageInbox, Permit, RoomFacts, StartConversation,
};
use portico_types::{ContactId, Error, Id, InboxId, MemberId, Millis, PageCursor, Result, RoomId};

macro_rules! select {
    ($me:literal, $rest:literal) => {
        concat!(
            "SELECT c.id, c.display_id, c.inbox_id, c.status, c.assignee_id, c.team_id, c.priority, c.snoozed_until, c.waiting_since,
             c.last_text, c.last_author_kind, c.last_author_name, c.last_ring, c.last_message_at, c.last_at, c.contact_read_number,
             c.created_at, r.last_number, r.root_count, g.role, s.read_number, s.read_roots, s.mentions, s.muted, s.starred, s.notify, ",
            columns!(),
            " FROM conversation c JOIN room r ON r.tenant_id = c.tenant_id AND r.id = c.id
             JOIN contact p ON p.tenant_id = c.tenant_id AND p.id = c.contact_id
             LEFT JOIN membership g ON g.tenant_id = c.tenant_id AND g.group_id = c.inbox_id AND g.member_id = ",
            $me,
            " LEFT JOIN room_state s ON s.tenant_id = c.tenant_id AND s.room_id = c.id AND s.member_id = ",
            $me,
            " ",
            $rest
        )
    };
}

const CONTACT_AT: usize = 26;

/// A conversation with the asker's state in it, or without any for an asker of nobody in particular.
fn row(r: &Row<'_>, shared: bool) -> Result<Conversation> {
    let role = r.get::<Option<i64>>(19)?.map(GroupRole::of).transpose()?;
    let state = RoomState {
        member: role.is_some(),
        role: role.unwrap_or(GroupRole::Member),
        read_number: r.get::<Option<i64>>(20)?.unwrap_or(0),
        unread: unread(r.int(18)?, r.get::<Option<i64>>(21)?.unwrap_or(0)),
        mentions: r.get::<Option<i64>>(22)?.unwrap_or(0),
        muted: r.get::<Option<i64>>(23)?.unwrap_or(0) != 0,
        starred: r.get::<Option<i64>>(24)?.unwrap_or(0) != 0,
        notify: Notify::of(r.get::<Option<i64>>(25)?.unwrap_or(0))?,
    };
    let last_message = match r.get::<Option<String>>(9)? {
        Some(text) => Some(LastMessage {
            author_kind: AuthorKind::of(r.int(10)?)?,
            author_name: r.text(11)?,
            text,
            ring: Ring::of(r.int(12)?)?,
            at: r.at(13)?,
        }),
        None => None,
    };
    Ok(Conversation {
        id: r.id(0)?,
        display_id: r.int(1)?,
        inbox_id: r.id(2)?,
        contact: contacts::contact(r, CONTACT_AT)?,
        status: Status::of(r.int(3)?)?,
        assignee_id: r.maybe_id(4)?,
        team_id: r.maybe_id(5)?,
        priority: Priority::of(r.int(6)?)?,
        snoozed_until: r.maybe_at(7)?,
        waiting_since: r.maybe_at(8)?,
        last_message,
        last_number: r.int(17)?,
        last_at: r.at(14)?,
        contact_read_number: r.int(15)?,
        created_at: r.at(16)?,
        state: (!shared).then_some(state),
    })
}

/// Whose conversations are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assignee {
    /// Anybody's and nobody's.
    Any,
    /// Nobody's.
    Nobody,
    /// This member's.
    Member(MemberId),
}

/// Open conversations an asker sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenCounts {
    /// Assigned to the asker.
    pub mine: i64,
    /// Assigned to nobody.
    pub unassigned: i64,
    /// All of them.
    pub all: i64,
}

impl Read<'_> {
    /// Fetches a conversation with the asker's state and decides about it in one act.
    pub fn access_conversation<A: Action<Facts = RoomFacts>>(
        &mut self,
        actor: &Actor,
        id: RoomId,
    ) -> Result<(Conversation, RoomRow, Permit<A>)> {
        let (room, permit) = self.access_room::<A>(actor, id)?;
        let me = actor.member();
        let found = self
            .one(select!("$3", "WHERE c.tenant_id = $1 AND c.id = $2"), &[id.into(), me.into()], |r| {
                row(r, me.is_none())
            })?
            .ok_or_else(Error::not_found)?;
        Ok((found, room, permit))
    }

    /// A conversation as events tell it: without anybody's state. Who may be told is decided already.
    pub fn shared_conversation(&mut self, id: RoomId) -> Result<Conversation> {
        let nobody: Option<MemberId> = None;
        self.one(select!("$3", "WHERE c.tenant_id = $1 AND c.id = $2"), &[id.into(), nobody.into()], |r| {
            row(r, true)
        })?
        .ok_or_else(Error::not_found)
    }

    /// Conversations of the inboxes an asker sees, newest first.
    pub fn conversations(
        &mut self,
        desk: &Desk,
        status: Option<Status>,
        inbox: Option<InboxId>,
        assignee: Assignee,
        before: Option<PageCursor>,
        limit: i64,
    ) -> Result<Page<Conversation>> {
        if desk.none {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let before = before.unwrap_or(PageCursor { number: i64::MAX, id: Id([0xff; 16]) });
        let (mode, whose) = match assignee {
            Assignee::Any => (0_i64, None),
            Assignee::Nobody => (1, None),
            Assignee::Member(id) => (2, Some(id)),
        };
        let args: [Value<'_>; 9] = [
            desk.me.into(),
            desk.all.into(),
            inbox.into(),
            mode.into(),
            whose.into(),
            before.number.into(),
            before.id.into(),
            (limit + 1).into(),
            status.map_or(0, Status::code).into(),
        ];
        let shared = desk.me.is_none();
        // Two texts, so that each is walked along its own index.
        let rows = if status.is_some() {
            self.all(
                select!(
                    "$2",
                    "WHERE c.tenant_id = $1 AND c.status = $10 AND ($3 = 1 OR g.role IS NOT NULL) AND c.inbox_id = COALESCE($4, c.inbox_id)
                     AND ($5 = 0 OR ($5 = 1 AND c.assignee_id IS NULL) OR c.assignee_id = $6)
                     AND c.last_at <= $7 AND (c.last_at < $7 OR c.id < $8) ORDER BY c.last_at DESC, c.id DESC LIMIT $9"
                ),
                &args,
                |r| row(r, shared),
            )?
        } else {
            self.all(
                select!(
                    "$2",
                    "WHERE c.tenant_id = $1 AND ($3 = 1 OR g.role IS NOT NULL) AND c.inbox_id = COALESCE($4, c.inbox_id)
                     AND ($5 = 0 OR ($5 = 1 AND c.assignee_id IS NULL) OR c.assignee_id = $6)
                     AND c.last_at <= $7 AND (c.last_at < $7 OR c.id < $8) ORDER BY c.last_at DESC, c.id DESC LIMIT $9"
                ),
                &args[..8],
                |r| row(r, shared),
            )?
        };
        Ok(Page::cut(rows, limit, |c| (c.last_at.0, c.id.0)))
    }

    /// A contact's conversations, newest first.
    pub fn contact_conversations(
        &mut self,
        permit: &Permit<HandleContact>,
        me: Option<MemberId>,
        contact: ContactId,
        before: Option<PageCursor>,
        limit: i64,
    ) -> Result<Page<Conversation>> {
        let before = before.unwrap_or(PageCursor { number: i64::MAX, id: Id([0xff; 16]) });
        let rows = self.all(
            select!(
                "$2",
                "WHERE c.tenant_id = $1 AND c.contact_id = $3 AND c.inbox_id = $4 AND c.last_at <= $5 AND (c.last_at < $5 OR c.id < $6)
                 ORDER BY c.last_at DESC, c.id DESC LIMIT $7"
            ),
            &[
                me.into(),
                contact.into(),
                (*permit.target()).into(),
                before.number.into(),
                before.id.into(),
                (limit + 1).into(),
            ],
            |r| row(r, me.is_none()),
        )?;
        Ok(Page::cut(rows, limit, |c| (c.last_at.0, c.id.0)))
    }

    /// How many open conversations an asker sees.
    pub fn open_counts(&mut self, desk: &Desk) -> Result<OpenCounts> {
        if desk.none {
            return Ok(OpenCounts::default());
        }
        Ok(self
            .one(
                "SELECT CAST(COALESCE(SUM(CASE WHEN c.assignee_id = $2 THEN 1 ELSE 0 END), 0) AS BIGINT),
                 CAST(COALESCE(SUM(CASE WHEN c.assignee_id IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT), COUNT(*)
                 FROM conversation c WHERE c.tenant_id = $1 AND c.status = 0
                 AND ($3 = 1 OR EXISTS (SELECT 1 FROM membership g WHERE g.tenant_id = c.tenant_id AND g.group_id = c.inbox_id AND g.member_id = $2))",
                &[desk.me.into(), desk.all.into()],
                |r| Ok(OpenCounts { mine: r.int(0)?, unassigned: r.int(1)?, all: r.int(2)? }),
            )?
            .unwrap_or_default())
    }
}

impl Tx<'_> {
    /// Begins a conversation of a contact with the permit's inbox, its room included. Returns its small number.
    pub fn insert_conversation(
        &mut self,
        permit: &Permit<StartConversation>,
        id: RoomId,
        contact: ContactId,
        at: Millis,
    ) -> Result<i64> {
        let inbox = *permit.target();
        self.insert_room(&NewRoom {
            id,
            kind: RoomKind::Conversation,
            name: "",
            handle: None,
            visibility: None,
            topic: "",
            purpose: "",
            team: None,
            people: &[],
            direct_key: None,
            audience: inbox.0,
            outside: Some(contact.0),
            by: None,
            at,
        })?;
        let display_id = self.next_display_id("conversation")?;
        self.send(
            "INSERT INTO conversation (tenant_id, id, display_id, inbox_id, contact_id, status, assignee_id, team_id, priority, snoozed_until,
             waiting_since, last_text, last_author_kind, last_author_name, last_ring, last_message_at, contact_read_number, seen_number,
             created_at, last_at)
             SELECT i.tenant_id, $2, $3, i.id, $4, 0, NULL, i.team_id, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, $5, $5
             FROM inbox i WHERE i.tenant_id = $1 AND i.id = $6",
            &[id.into(), display_id.into(), contact.into(), at.into(), inbox.into()],
        )?;
        Ok(display_id)
    }

    /// Holds a conversation until the transaction ends, so that what is read of it now is still so when it is written.
    /// It is the room that is held, because whoever writes a message holds that first.
    pub fn hold_conversation(&mut self, permit: &Permit<HandleConversation>) -> Result<()> {
        self.exec_one(
            "UPDATE room SET last_at = last_at WHERE tenant_id = $1 AND id = $2",
            &[(*permit.target()).into()],
        )
    }

    /// Keeps what an agent, or a job, changed.
    pub fn keep_conversation(
        &mut self,
        permit: &Permit<HandleConversation>,
        conversation: &Conversation,
    ) -> Result<()> {
        self.save_conversation(*permit.target(), conversation)
    }

    /// Keeps what a message that was permitted, written or deleted, means for its conversation.
    pub fn follow_message(&mut self, conversation: &Conversation) -> Result<()> {
        self.save_conversation(conversation.id, conversation)
    }

    fn save_conversation(&mut self, id: RoomId, conversation: &Conversation) -> Result<()> {
        let last = conversation.last_message.as_ref();
        self.exec_one(
            "UPDATE conversation SET status = $3, assignee_id = $4, team_id = $5, priority = $6, snoozed_until = $7, waiting_since = $8,
             last_text = $9, last_author_kind = $10, last_author_name = $11, last_ring = $12, last_message_at = $13,
             contact_read_number = CASE WHEN contact_read_number > $14 THEN contact_read_number ELSE $14 END, last_at = $15 WHERE tenant_id = $1 AND id = $2",
            &[
                id.into(),
                conversation.status.code().into(),
                conversation.assignee_id.into(),
                conversation.team_id.into(),
                conversation.priority.code().into(),
                conversation.snoozed_until.into(),
                conversation.waiting_since.into(),
                last.map(|l| &l.text).into(),
                last.map(|l| l.author_kind.code()).into(),
                last.map(|l| &l.author_name).into(),
                last.map(|l| l.ring.code()).into(),
                last.map(|l| l.at).into(),
                conversation.contact_read_number.into(),
                conversation.last_at.into(),
            ],
        )
    }

    /// Takes a former agent's unresolved conversations of an inbox off their hands. Returns which.
    pub fn unassign(&mut self, permit: &Permit<ManageInbox>, member: MemberId) -> Result<Vec<RoomId>> {
        self.all(
            "UPDATE conversation SET assignee_id = NULL WHERE tenant_id = $1 AND inbox_id = $2 AND assignee_id = $3 AND status <> 3 RETURNING id",
            &[(*permit.target()).into(), member.into()],
            |r| r.id(0),
        )
    }
}

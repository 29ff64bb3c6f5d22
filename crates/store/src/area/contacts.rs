//! Contacts: the people outside who write to an inbox, and the secrets by which their browsers are known again.

use super::{Desk, Page};
use crate::{CredentialKind, Read, Row, Tx, Value};
use portico_domain::{contact::Contact, room::GroupRole};
use portico_policy::{Action, Actor, HandleContact, InboxFacts, Permit, StartConversation, require};
use portico_types::{ContactId, Error, Id, InboxId, Millis, PageCursor, Result, RoomId, SecretHash};

macro_rules! columns {
    () => {
        "p.id, p.display_id, p.name, p.email, p.phone, p.identifier, p.verified, p.attributes, p.locale, p.time_zone, p.page,
         p.created_at, p.last_seen_at, p.blocked"
    };
}
pub(super) use columns;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM contact p ", $rest)
    };
}

/// How many columns of `columns!` there are.
pub(super) const COLUMNS: usize = 14;

/// Reads a contact from the columns of `columns!`, which begin at `at`.
pub(super) fn contact(r: &Row<'_>, at: usize) -> Result<Contact> {
    let page: Option<String> = r.get(at + 10)?;
    Ok(Contact {
        id: r.id(at)?,
        display_id: r.int(at + 1)?,
        name: r.text(at + 2)?,
        email: r.get(at + 3)?,
        phone: r.get(at + 4)?,
        identifier: r.get(at + 5)?,
        verified: r.bool(at + 6)?,
        attributes: r.json(at + 7)?,
        locale: r.text(at + 8)?,
        time_zone: r.get(at + 9)?,
        page: page.map(|p| serde_json::from_str(&p).map_err(Error::internal)).transpose()?,
        created_at: r.at(at + 11)?,
        last_seen_at: r.at(at + 12)?,
        blocked: r.bool(at + 13)?,
    })
}

/// What a contact is found by.
fn folded(contact: &Contact) -> String {
    let known =
        [Some(&contact.name), contact.email.as_ref(), contact.phone.as_ref(), contact.identifier.as_ref()];
    portico_text::names::fold(&known.into_iter().flatten().cloned().collect::<Vec<_>>().join(" "))
}

impl Read<'_> {
    /// Fetches a contact and decides about it in one act, as part of its inbox. Only for people inside.
    pub fn access_contact<A: Action<Facts = InboxFacts>>(
        &mut self,
        actor: &Actor,
        id: ContactId,
    ) -> Result<(Contact, Permit<A>)> {
        if !actor.inside() {
            return Err(Error::not_found());
        }
        let (found, facts) = self
            .one(
                concat!(
                    "SELECT ",
                    columns!(),
                    ", p.inbox_id, g.role, a.role, a.kind, a.suspended FROM contact p
                     LEFT JOIN membership g ON g.tenant_id = p.tenant_id AND g.group_id = p.inbox_id AND g.member_id = $3
                     LEFT JOIN member a ON a.tenant_id = p.tenant_id AND a.id = $3
                     WHERE p.tenant_id = $1 AND p.id = $2"
                ),
                &[id.into(), actor.member().into()],
                |r| {
                    let facts = InboxFacts {
                        inbox: r.id(COLUMNS)?,
                        group_role: r.get::<Option<i64>>(COLUMNS + 1)?.map(GroupRole::of).transpose()?,
                        standing: super::people::standing(r, COLUMNS + 2)?,
                    };
                    Ok((contact(r, 0)?, facts))
                },
            )?
            .ok_or_else(Error::not_found)?;
        let permit = require::<A>(actor, &facts)?;
        Ok((found, permit))
    }

    /// Contacts of the inboxes an asker sees whose name, e-mail, phone or identifier holds `search` (folded), last seen
    /// first.
    pub fn contacts(
        &mut self,
        desk: &Desk,
        search: &str,
        before: Option<PageCursor>,
        limit: i64,
    ) -> Result<Page<Contact>> {
        if desk.none {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let like = format!("%{}%", super::rooms::escape_like(search));
        let before = before.unwrap_or(PageCursor { number: i64::MAX, id: Id([0xff; 16]) });
        let rows = self.all(
            select!(
                "WHERE p.tenant_id = $1 AND p.folded LIKE $2 ESCAPE '!' AND p.last_seen_at <= $3 AND (p.last_seen_at < $3 OR p.id < $4)
                 AND ($5 = 1 OR EXISTS (SELECT 1 FROM membership g WHERE g.tenant_id = p.tenant_id AND g.group_id = p.inbox_id AND g.member_id = $6))
                 ORDER BY p.last_seen_at DESC, p.id DESC LIMIT $7"
            ),
            &[
                (&like).into(),
                before.number.into(),
                before.id.into(),
                desk.all.into(),
                desk.me.into(),
                (limit + 1).into(),
            ],
            |r| contact(r, 0),
        )?;
        Ok(Page::cut(rows, limit, |c| (c.last_seen_at.0, c.id.0)))
    }

    /// One contact of an inbox. Who may see it is decided already: it is the visitor's own, or on a permitted conversation.
    pub fn contact_of(&mut self, inbox: InboxId, id: ContactId) -> Result<Option<Contact>> {
        self.one(
            select!("WHERE p.tenant_id = $1 AND p.inbox_id = $2 AND p.id = $3"),
            &[inbox.into(), id.into()],
            |r| contact(r, 0),
        )
    }

    /// The contact the host knows by this name.
    pub fn contact_by_identifier(&mut self, inbox: InboxId, identifier: &str) -> Result<Option<Contact>> {
        self.one(
            select!("WHERE p.tenant_id = $1 AND p.inbox_id = $2 AND p.identifier = $3"),
            &[inbox.into(), identifier.into()],
            |r| contact(r, 0),
        )
    }

    /// The contact a visitor's secret leads to, in this inbox only.
    pub fn visitor(&mut self, inbox: InboxId, hash: &SecretHash, now: Millis) -> Result<Option<Contact>> {
        self.one(
            select!(
                "JOIN credential k ON k.tenant_id = p.tenant_id AND k.subject_id = p.id AND k.owner_id = p.inbox_id
                 WHERE p.tenant_id = $1 AND p.inbox_id = $2 AND k.hash = $3 AND k.kind = $4 AND k.expires_at > $5"
            ),
            &[inbox.into(), (&hash.0).into(), CredentialKind::Visitor.into(), now.into()],
            |r| contact(r, 0),
        )
    }
}

impl Tx<'_> {
    /// Keeps a new contact of the permit's inbox.
    pub fn insert_contact(&mut self, permit: &Permit<StartConversation>, new: &Contact) -> Result<()> {
        self.send(
            "INSERT INTO contact (tenant_id, id, display_id, inbox_id, name, folded, email, phone, identifier, verified, attributes, locale,
             time_zone, page, created_at, last_seen_at, blocked)
             VALUES ($1, $2, $3, $4, $5, '', NULL, NULL, NULL, 0, '{}', '', NULL, NULL, $6, $6, 0)",
            &[
                new.id.into(),
                new.display_id.into(),
                (*permit.target()).into(),
                (&new.name).into(),
                new.created_at.into(),
            ],
        )?;
        self.save_contact(*permit.target(), new)
    }

    /// Notes that a visitor is here. First of what their requests do, so that two at once are one after the other.
    pub fn touch_contact(
        &mut self,
        permit: &Permit<StartConversation>,
        id: ContactId,
        at: Millis,
    ) -> Result<()> {
        self.exec_one(
            "UPDATE contact SET last_seen_at = $4 WHERE tenant_id = $1 AND inbox_id = $2 AND id = $3",
            &[(*permit.target()).into(), id.into(), at.into()],
        )
    }

    /// Keeps what a visitor or the host's signed word says of a contact.
    pub fn keep_visitor(&mut self, permit: &Permit<StartConversation>, contact: &Contact) -> Result<()> {
        self.save_contact(*permit.target(), contact)
    }

    /// Keeps what an agent says of a contact.
    pub fn keep_contact(&mut self, permit: &Permit<HandleContact>, contact: &Contact) -> Result<()> {
        self.save_contact(*permit.target(), contact)
    }

    fn save_contact(&mut self, inbox: InboxId, contact: &Contact) -> Result<()> {
        let attributes = serde_json::to_string(&contact.attributes).map_err(Error::internal)?;
        let page = contact.page.as_ref().map(serde_json::to_string).transpose().map_err(Error::internal)?;
        self.exec_one(
            "UPDATE contact SET name = $4, folded = $5, email = $6, phone = $7, identifier = $8, verified = $9, attributes = $10, locale = $11,
             time_zone = $12, page = $13, last_seen_at = $14, blocked = $15 WHERE tenant_id = $1 AND inbox_id = $2 AND id = $3",
            &[
                inbox.into(),
                contact.id.into(),
                (&contact.name).into(),
                (&folded(contact)).into(),
                contact.email.as_ref().into(),
                contact.phone.as_ref().into(),
                contact.identifier.as_ref().into(),
                contact.verified.into(),
                (&attributes).into(),
                (&contact.locale).into(),
                contact.time_zone.as_ref().into(),
                page.as_ref().into(),
                contact.last_seen_at.into(),
                contact.blocked.into(),
            ],
        )
    }

    /// Gives everything one contact has to another of the same inbox, and forgets the first with its secrets. Returns the
    /// conversations that moved.
    pub fn merge_contact(
        &mut self,
        permit: &Permit<StartConversation>,
        from: ContactId,
        into: &Contact,
    ) -> Result<Vec<RoomId>> {
        let inbox = *permit.target();
        let moved: Vec<RoomId> = self.all(
            "SELECT id FROM conversation WHERE tenant_id = $1 AND inbox_id = $2 AND contact_id = $3",
            &[inbox.into(), from.into()],
            |r| r.id(0),
        )?;
        for room in &moved {
            let args: [Value<'_>; 3] = [(*room).into(), from.into(), into.id.into()];
            // The room first: whoever writes there at this moment holds it.
            self.send(
                "UPDATE room SET outside_id = $4 WHERE tenant_id = $1 AND id = $2 AND outside_id = $3",
                &args,
            )?;
            self.send(
                "UPDATE conversation SET contact_id = $4 WHERE tenant_id = $1 AND id = $2 AND contact_id = $3",
                &args,
            )?;
            self.send(
                "UPDATE message SET author_id = $4 WHERE tenant_id = $1 AND room_id = $2 AND author_kind = 2 AND author_id = $3",
                &args,
            )?;
        }
        self.send(
            "UPDATE file SET owner_id = $3 WHERE tenant_id = $1 AND owner_id = $2 AND message_id IS NULL",
            &[from.into(), into.id.into()],
        )?;
        self.delete_credentials(from.0)?;
        self.exec_one(
            "DELETE FROM contact WHERE tenant_id = $1 AND inbox_id = $2 AND id = $3",
            &[inbox.into(), from.into()],
        )?;
        Ok(moved)
    }

    /// Lets a visitor's secret live on.
    pub fn renew_visitor(&mut self, hash: &SecretHash, expires_at: Millis) -> Result<()> {
        self.send(
            "UPDATE credential SET expires_at = $3 WHERE tenant_id = $1 AND hash = $2 AND kind = 3",
            &[(&hash.0).into(), expires_at.into()],
        )?;
        Ok(())
    }
}

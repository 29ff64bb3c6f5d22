//! Inboxes: fetching one is deciding about it; what an asker sees of the desk as a whole is [`Desk`].

use crate::{PublicName, Read, Row, Tx, Value};
use portico_domain::{
    inbox::{Asked, Form, Inbox, InboxKind},
    room::{GroupKind, GroupRole},
};
use portico_policy::{Action, Actor, CreateInbox, InboxFacts, ManageInbox, Permit, ReadInbox, Via, require};
use portico_types::{Error, FileId, InboxId, MemberId, Millis, Result, SessionId};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

macro_rules! select {
    ($me:literal, $rest:literal) => {
        concat!(
            "SELECT i.id, i.display_id, i.kind, i.name, i.key, i.settings, i.team_id, g.role, a.role, a.kind, a.suspended FROM inbox i
             LEFT JOIN membership g ON g.tenant_id = i.tenant_id AND g.group_id = i.id AND g.member_id = ",
            $me,
            " LEFT JOIN member a ON a.tenant_id = i.tenant_id AND a.id = ",
            $me,
            " ",
            $rest
        )
    };
}

/// What of an inbox is kept as one text: read and written as a whole, never searched.
#[derive(Serialize, Deserialize)]
struct Settings {
    allowed_origins: Vec<String>,
    color: String,
    greeting: String,
    form: Form,
    typing_preview: bool,
    identity: Asked,
}

impl Settings {
    fn text(inbox: &Inbox) -> Result<String> {
        serde_json::to_string(&Self {
            allowed_origins: inbox.allowed_origins.clone(),
            color: inbox.color.clone(),
            greeting: inbox.greeting.clone(),
            form: inbox.form.clone(),
            typing_preview: inbox.typing_preview,
            identity: inbox.identity,
        })
        .map_err(Error::internal)
    }
}

/// An inbox without its agents.
fn inbox(r: &Row<'_>) -> Result<Inbox> {
    let settings: Settings = r.json(5)?;
    Ok(Inbox {
        id: r.id(0)?,
        display_id: r.int(1)?,
        kind: InboxKind::of(r.int(2)?)?,
        name: r.text(3)?,
        key: r.text(4)?,
        allowed_origins: settings.allowed_origins,
        color: settings.color,
        greeting: settings.greeting,
        form: settings.form,
        typing_preview: settings.typing_preview,
        identity: settings.identity,
        team_id: r.maybe_id(6)?,
        member_ids: Vec::new(),
    })
}

fn row(r: &Row<'_>) -> Result<(Inbox, InboxFacts)> {
    let inbox = inbox(r)?;
    let facts = InboxFacts {
        inbox: inbox.id,
        group_role: r.get::<Option<i64>>(7)?.map(GroupRole::of).transpose()?,
        standing: super::people::standing(r, 8)?,
    };
    Ok((inbox, facts))
}

/// Which inboxes' conversations and contacts an asker sees, as policy decided it. Lists join it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Desk {
    pub(super) me: Option<MemberId>,
    /// Every inbox there is, whether the asker is an agent of it or not.
    pub(super) all: bool,
    /// None at all.
    pub(super) none: bool,
}

impl Read<'_> {
    /// Fetches an inbox and decides about it in one act.
    pub fn access_inbox<A: Action<Facts = InboxFacts>>(
        &mut self,
        actor: &Actor,
        id: InboxId,
    ) -> Result<(Inbox, Permit<A>)> {
        let (mut inbox, facts) = self
            .one(
                select!("$3", "WHERE i.tenant_id = $1 AND i.id = $2"),
                &[id.into(), actor.member().into()],
                row,
            )?
            .ok_or_else(Error::not_found)?;
        let permit = require::<A>(actor, &facts)?;
        inbox.member_ids = self.agents(id)?;
        Ok((inbox, permit))
    }

    /// The inboxes an asker sees, by name.
    pub fn inboxes(&mut self, actor: &Actor) -> Result<Vec<Inbox>> {
        let rows = self.all(
            select!("$2", "WHERE i.tenant_id = $1 ORDER BY i.name, i.id"),
            &[actor.member().into()],
            row,
        )?;
        let mut found: Vec<Inbox> = rows
            .into_iter()
            .filter(|(_, facts)| require::<ReadInbox>(actor, facts).is_ok())
            .map(|(inbox, _)| inbox)
            .collect();
        let agents: Vec<(InboxId, MemberId)> = self.all(
            "SELECT g.group_id, g.member_id FROM inbox i CROSS JOIN membership g
             WHERE i.tenant_id = $1 AND g.tenant_id = i.tenant_id AND g.group_id = i.id ORDER BY g.joined_at, g.member_id",
            &[],
            |r| Ok((r.id(0)?, r.id(1)?)),
        )?;
        let place: HashMap<InboxId, usize> =
            found.iter().enumerate().map(|(i, inbox)| (inbox.id, i)).collect();
        for (inbox, member) in agents {
            if let Some(i) = place.get(&inbox) {
                found[*i].member_ids.push(member);
            }
        }
        Ok(found)
    }

    /// What an asker sees of the desk.
    pub fn desk(&mut self, actor: &Actor) -> Result<Desk> {
        let rows = self.all(select!("$2", "WHERE i.tenant_id = $1"), &[actor.member().into()], |r| {
            row(r).map(|r| r.1)
        })?;
        let seen = rows.iter().filter(|facts| require::<ReadInbox>(actor, facts).is_ok()).count();
        Ok(Desk { me: actor.member(), all: seen == rows.len(), none: seen == 0 })
    }

    /// Whether a member sees an inbox, and so can be given its conversations.
    pub fn sees_inbox(&mut self, member: MemberId, inbox: InboxId) -> Result<bool> {
        // What they may in general, not what the session or token of this moment may.
        let actor = Actor::Member { id: member, via: Via::Session(SessionId::default()) };
        let found = self.one(
            select!("$3", "WHERE i.tenant_id = $1 AND i.id = $2"),
            &[inbox.into(), member.into()],
            |r| row(r).map(|r| r.1),
        )?;
        Ok(found
            .is_some_and(|facts| facts.standing.is_some() && require::<ReadInbox>(&actor, &facts).is_ok()))
    }

    /// The agents of an inbox, oldest first.
    pub fn agents(&mut self, id: InboxId) -> Result<Vec<MemberId>> {
        Ok(self.group_members(id.0)?.into_iter().map(|m| m.0).collect())
    }

    /// Those who answer in an inbox (its agents, owners and admins), each with their picture, if they have one.
    pub fn faces(&mut self, id: InboxId) -> Result<Vec<(MemberId, Option<FileId>)>> {
        self.all(
            "SELECT m.id, m.picture FROM member m WHERE m.tenant_id = $1 AND m.id IN (
             SELECT g.member_id FROM membership g WHERE g.tenant_id = $1 AND g.group_id = $2
             UNION SELECT a.id FROM member a WHERE a.tenant_id = $1 AND a.role >= 2)",
            &[id.into()],
            |r| Ok((r.id(0)?, r.maybe_id(1)?)),
        )
    }

    /// A website inbox for its visitors: its settings, which its public key opens, and the secret that proves identities.
    /// Agents are not in it. For every other kind of inbox nothing is found.
    pub fn website_inbox(&mut self, id: InboxId) -> Result<Option<(Inbox, Option<String>)>> {
        self.one(
            "SELECT i.id, i.display_id, i.kind, i.name, i.key, i.settings, i.team_id, i.identity_secret FROM inbox i
             WHERE i.tenant_id = $1 AND i.id = $2 AND i.kind = 0",
            &[id.into()],
            |r| Ok((inbox(r)?, r.get(7)?)),
        )
    }
}

impl Tx<'_> {
    /// Makes an inbox and registers its public key. Agents join apart.
    pub fn insert_inbox(&mut self, _: &Permit<CreateInbox>, new: &Inbox, at: Millis) -> Result<()> {
        let settings = Settings::text(new)?;
        self.send(
            "INSERT INTO inbox (tenant_id, id, display_id, kind, name, key, settings, identity_secret, team_id, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, $8, $9)",
            &[
                new.id.into(),
                new.display_id.into(),
                new.kind.code().into(),
                (&new.name).into(),
                (&new.key).into(),
                (&settings).into(),
                new.team_id.into(),
                at.into(),
            ],
        )?;
        self.send(
            "INSERT INTO public_name (kind, name, tenant_id, subject_id) VALUES ($2, $3, $1, $4)",
            &[Value::Int(PublicName::InboxKey as i64), (&new.key).into(), new.id.into()],
        )?;
        Ok(())
    }

    /// Keeps an inbox's name, settings and team as they are in `inbox`.
    pub fn update_inbox(&mut self, permit: &Permit<ManageInbox>, inbox: &Inbox) -> Result<()> {
        let settings = Settings::text(inbox)?;
        self.exec_one(
            "UPDATE inbox SET name = $3, settings = $4, team_id = $5 WHERE tenant_id = $1 AND id = $2",
            &[(*permit.target()).into(), (&inbox.name).into(), (&settings).into(), inbox.team_id.into()],
        )
    }

    /// Keeps a new secret for the host's signed identities; the old one no longer counts.
    pub fn set_identity_secret(&mut self, permit: &Permit<ManageInbox>, secret: &str) -> Result<()> {
        self.exec_one(
            "UPDATE inbox SET identity_secret = $3 WHERE tenant_id = $1 AND id = $2",
            &[(*permit.target()).into(), secret.into()],
        )
    }

    /// Makes a member an agent. Says whether they were none before.
    pub fn join_inbox(&mut self, permit: &Permit<ManageInbox>, member: MemberId, at: Millis) -> Result<bool> {
        self.join_group(permit.target().0, GroupKind::Inbox, member, GroupRole::Member, at)
    }

    /// The first agent of a new inbox is who made it.
    pub fn join_new_inbox(
        &mut self,
        _: &Permit<CreateInbox>,
        inbox: InboxId,
        member: MemberId,
        at: Millis,
    ) -> Result<bool> {
        self.join_group(inbox.0, GroupKind::Inbox, member, GroupRole::Member, at)
    }

    /// Takes an agent away. Says whether they were one.
    pub fn leave_inbox(&mut self, permit: &Permit<ManageInbox>, member: MemberId) -> Result<bool> {
        self.leave_group(permit.target().0, member)
    }
}

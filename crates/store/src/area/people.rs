//! Members.

use super::Page;
use crate::{Read, Row, Tx, Value};
use portico_domain::member::{Member, MemberKind, PresenceChoice, Role, Status};
use portico_policy::{EditSelf, ManagePeople, Permit, Standing};
use portico_types::{Error, FileId, MemberId, Millis, PageCursor, Result};

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT m.id, m.display_id, m.kind, m.handle, m.name, m.email, m.role, m.picture, m.time_zone, m.language,
             m.status_text, m.status_emoji, m.presence, m.suspended, m.created_at FROM member m ",
            $rest
        )
    };
}

fn kind(code: i64) -> MemberKind {
    if code == 1 { MemberKind::Bot } else { MemberKind::Person }
}

/// Reads role, kind and suspended from three columns; nothing when they are null.
pub(super) fn standing(r: &Row<'_>, at: usize) -> Result<Option<Standing>> {
    let Some(role) = r.get::<Option<i64>>(at)? else { return Ok(None) };
    Ok(Some(Standing { role: Role::of(role), kind: kind(r.int(at + 1)?), suspended: r.bool(at + 2)? }))
}

pub(super) fn presence(code: i64) -> PresenceChoice {
    match code {
        1 => PresenceChoice::Away,
        2 => PresenceChoice::Dnd,
        3 => PresenceChoice::Offline,
        _ => PresenceChoice::Auto,
    }
}

fn presence_code(choice: PresenceChoice) -> i64 {
    match choice {
        PresenceChoice::Auto => 0,
        PresenceChoice::Away => 1,
        PresenceChoice::Dnd => 2,
        PresenceChoice::Offline => 3,
    }
}

fn member(r: &Row<'_>) -> Result<Member> {
    Ok(Member {
        id: r.id(0)?,
        display_id: r.int(1)?,
        kind: kind(r.int(2)?),
        handle: r.text(3)?,
        name: r.text(4)?,
        email: r.get(5)?,
        role: Role::of(r.int(6)?),
        picture: r.maybe_id(7)?,
        time_zone: r.text(8)?,
        language: r.text(9)?,
        status: Status { text: r.text(10)?, emoji: r.text(11)? },
        presence: presence(r.int(12)?),
        suspended: r.bool(13)?,
        created_at: r.at(14)?,
    })
}

/// A member to be.
pub struct NewMember<'a> {
    /// Its id.
    pub id: MemberId,
    /// Person or bot.
    pub kind: MemberKind,
    /// Unique in the organization.
    pub handle: &'a str,
    /// Checked name.
    pub name: &'a str,
    /// Checked, folded address; bots have none.
    pub email: Option<&'a str>,
    /// Hashed password.
    pub password: Option<&'a str>,
    /// Rank.
    pub role: Role,
    /// IANA name.
    pub time_zone: &'a str,
    /// BCP 47.
    pub language: &'a str,
    /// When.
    pub at: Millis,
}

/// What of a profile changes.
#[derive(Default)]
pub struct ProfileChange<'a> {
    /// A checked name.
    pub name: Option<&'a str>,
    /// A free handle.
    pub handle: Option<&'a str>,
    /// IANA name.
    pub time_zone: Option<&'a str>,
    /// BCP 47.
    pub language: Option<&'a str>,
    /// Status text and emoji.
    pub status: Option<(&'a str, &'a str)>,
    /// A picture, or none.
    pub picture: Option<Option<FileId>>,
    /// Chosen presence.
    pub presence: Option<PresenceChoice>,
}

impl Read<'_> {
    /// One member, by id. Who may see it is the caller's question: ids of members stand in messages.
    pub fn member(&mut self, id: MemberId) -> Result<Option<Member>> {
        self.one(columns!("WHERE m.tenant_id = $1 AND m.id = $2"), &[id.into()], member)
    }

    /// A member by handle.
    pub fn member_by_handle(&mut self, handle: &str) -> Result<Option<Member>> {
        self.one(columns!("WHERE m.tenant_id = $1 AND m.handle = $2"), &[handle.into()], member)
    }

    /// Members by name, a page at a time. `guest_of` narrows to the people a guest shares a group with.
    pub fn members(
        &mut self,
        search: &str,
        guest_of: Option<MemberId>,
        after: Option<PageCursor>,
        limit: i64,
    ) -> Result<Page<Member>> {
        let like = format!("%{}%", super::rooms::escape_like(search));
        let after = after.map_or(0, |c| c.number);
        let rows = self.all(
            columns!(
                "WHERE m.tenant_id = $1 AND m.display_id > $2 AND (m.handle LIKE $3 ESCAPE '!' OR lower(m.name) LIKE $3 ESCAPE '!')
                 AND ($5 = 0 OR m.id = $4 OR EXISTS (SELECT 1 FROM membership a JOIN membership b ON b.tenant_id = a.tenant_id
                   AND b.group_id = a.group_id AND b.member_id = $4 WHERE a.tenant_id = m.tenant_id AND a.member_id = m.id))
                 ORDER BY m.display_id LIMIT $6"
            ),
            &[
                after.into(),
                (&like).into(),
                guest_of.unwrap_or_default().into(),
                guest_of.is_some().into(),
                (limit + 1).into(),
            ],
            member,
        )?;
        Ok(Page::cut(rows, limit, |m| (m.display_id, m.id.0)))
    }

    /// How many owners can still sign in.
    pub fn active_owners(&mut self) -> Result<i64> {
        // That an owner is more than a member is said for the index that holds those only.
        Ok(self
            .one(
                "SELECT COUNT(*) FROM member WHERE tenant_id = $1 AND role = 3 AND role >= 2 AND suspended = 0",
                &[],
                |r| r.int(0),
            )?
            .unwrap_or(0))
    }

    /// The password hash of a member who may sign in.
    pub fn password_hash(&mut self, id: MemberId) -> Result<Option<String>> {
        self.one("SELECT password FROM member WHERE tenant_id = $1 AND id = $2", &[id.into()], |r| r.get(0))
            .map(Option::flatten)
    }

    /// A member's own preferences, JSON.
    pub fn preferences(&mut self, id: MemberId) -> Result<serde_json::Value> {
        Ok(self
            .one("SELECT preferences FROM member WHERE tenant_id = $1 AND id = $2", &[id.into()], |r| {
                r.json(0)
            })?
            .unwrap_or_default())
    }
}

impl Tx<'_> {
    /// Adds a member and their sign-in name.
    pub fn insert_member(&mut self, new: &NewMember<'_>) -> Result<Member> {
        let display_id = self.next_display_id("person")?;
        self.send(
            "INSERT INTO member (tenant_id, id, display_id, kind, handle, name, email, password, role, suspended, picture, time_zone, language, status_text, status_emoji, presence, preferences, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, NULL, $10, $11, '', '', 0, '{}', $12)",
            &[
                new.id.into(),
                display_id.into(),
                i64::from(new.kind == MemberKind::Bot).into(),
                new.handle.into(),
                new.name.into(),
                new.email.into(),
                new.password.into(),
                new.role.code().into(),
                new.time_zone.into(),
                new.language.into(),
                new.at.into(),
            ],
        )?;
        if let Some(email) = new.email {
            self.exec(
                "INSERT INTO login (email, tenant_id, member_id) VALUES ($2, $1, $3)",
                &[email.into(), new.id.into()],
            )
            .map_err(|e| match e.code() {
                portico_types::ErrorCode::Conflict => Error::conflict(
                    Some("email"),
                    "someone with this e-mail address is here already; sign in instead",
                ),
                _ => e,
            })?;
        }
        self.member(new.id)?.ok_or_else(Error::not_found)
    }

    /// Changes one's own profile.
    pub fn update_profile(
        &mut self,
        _: &Permit<EditSelf>,
        id: MemberId,
        change: &ProfileChange<'_>,
    ) -> Result<Member> {
        let picture: Value<'_> = change.picture.flatten().into();
        self.exec_one(
            "UPDATE member SET name = COALESCE($3, name), handle = COALESCE($4, handle), time_zone = COALESCE($5, time_zone),
             language = COALESCE($6, language), status_text = COALESCE($7, status_text), status_emoji = COALESCE($8, status_emoji),
             picture = CASE WHEN $9 = 1 THEN $10 ELSE picture END, presence = COALESCE($11, presence)
             WHERE tenant_id = $1 AND id = $2",
            &[
                id.into(),
                change.name.into(),
                change.handle.into(),
                change.time_zone.into(),
                change.language.into(),
                change.status.map(|s| s.0).into(),
                change.status.map(|s| s.1).into(),
                change.picture.is_some().into(),
                picture,
                change.presence.map(presence_code).into(),
            ],
        )?;
        self.member(id)?.ok_or_else(Error::not_found)
    }

    /// Keeps one's own preferences, JSON.
    pub fn set_preferences(&mut self, _: &Permit<EditSelf>, id: MemberId, preferences: &str) -> Result<()> {
        self.exec_one(
            "UPDATE member SET preferences = $3 WHERE tenant_id = $1 AND id = $2",
            &[id.into(), preferences.into()],
        )
    }

    /// Changes a member's rank, name or suspension.
    pub fn update_member(
        &mut self,
        _: &Permit<ManagePeople>,
        id: MemberId,
        role: Option<Role>,
        suspended: Option<bool>,
        name: Option<&str>,
    ) -> Result<Member> {
        self.exec_one(
            "UPDATE member SET role = COALESCE($3, role), suspended = COALESCE($4, suspended), name = COALESCE($5, name)
             WHERE tenant_id = $1 AND id = $2",
            &[id.into(), role.map(Role::code).into(), suspended.into(), name.into()],
        )?;
        self.member(id)?.ok_or_else(Error::not_found)
    }

    /// Keeps a new password hash.
    pub fn set_password(&mut self, id: MemberId, hash: &str) -> Result<()> {
        self.exec_one(
            "UPDATE member SET password = $3 WHERE tenant_id = $1 AND id = $2",
            &[id.into(), hash.into()],
        )
    }
}

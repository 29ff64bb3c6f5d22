//! Invitations by link.

use super::{SignedInFor, email, free_handle, hash_password, sessions};
use crate::{App, Command, Ctx, Query, Record, rooms};
use portico_domain::{
    event::{Audience, Event},
    member::{MemberKind, Role},
    session::{Invite, check_password},
};
use portico_policy::{Action, Actor, InvitePeople, JoinRoom, Reason};
use portico_store::{CredentialKind, NewInvite, NewMember, Read, Tx, hash_secret};
use portico_types::{Error, InviteId, Millis, Result, RoomId, Secret, TenantId};
use serde::{Deserialize, Serialize};

/// Makes an invitation.
pub struct CreateInvite {
    pub role: Role,
    /// 1..=1000; 1 unless said.
    pub max_uses: i64,
    /// ms; 7 days unless said, 30 days at most.
    pub expires_in: i64,
    pub channels: Vec<RoomId>,
}

/// An invitation with its code, which is shown this once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewlyInvited {
    pub invite: Invite,
    pub code: String,
}

impl Command for CreateInvite {
    type Out = NewlyInvited;
    const AUDITED: Option<&'static str> = Some(InvitePeople::NAME);

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<NewlyInvited> {
        let permit = tx.access_organization::<InvitePeople>(&ctx.actor)?;
        let me = ctx.me()?;
        if self.role == Role::Owner {
            return Err(Error::invalid("role", "an owner is not invited; make a member one afterwards"));
        }
        if !(1..=1_000).contains(&self.max_uses) {
            return Err(Error::invalid("max_uses", "an invitation is for 1 to 1000 people"));
        }
        if !(Millis::MINUTE..=30 * Millis::DAY).contains(&self.expires_in) {
            return Err(Error::invalid("expires_in", "an invitation lasts from a minute to 30 days, in ms"));
        }
        if self.role == Role::Guest && self.channels.is_empty() {
            return Err(Error::invalid("channel_ids", "a guest sees only the channels you name; name one"));
        }
        for channel in &self.channels {
            tx.access_room::<portico_policy::InviteToRoom>(&ctx.actor, *channel).map_err(|_| {
                Error::invalid("channel_ids", "you may not invite to one of these channels; join it first")
            })?;
        }
        let code = ctx.secret("");
        let id: InviteId = ctx.id();
        let invite = tx.insert_invite(
            &permit,
            &NewInvite {
                id,
                hash: hash_secret(code.expose()),
                role: self.role,
                by: me,
                at: ctx.now,
                expires_at: ctx.now.plus(self.expires_in),
                uses: self.max_uses,
                channels: &self.channels,
            },
        )?;
        Record::of(InvitePeople::NAME)
            .target("invite", id, "")
            .with("role", format!("{:?}", self.role).to_lowercase())
            .with("uses", self.max_uses)
            .write(ctx, tx)?;
        Ok(NewlyInvited { invite, code: code.expose().clone() })
    }

    fn remember(&self, _: &NewlyInvited) -> Result<String> {
        Ok(String::new())
    }

    fn recall(&self, _: &Ctx, _: &mut Tx<'_>, _: &str) -> Result<NewlyInvited> {
        Err(Error::conflict(
            None,
            "this invitation was made; its code was shown once. withdraw it and make another",
        ))
    }
}

/// Open invitations.
pub struct Invites;

impl Query for Invites {
    type Out = Vec<Invite>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        let permit = read.access_organization::<InvitePeople>(&ctx.actor)?;
        read.invites(&permit, ctx.now)
    }
}

/// Withdraws an invitation.
pub struct WithdrawInvite {
    pub id: InviteId,
}

impl Command for WithdrawInvite {
    type Out = ();
    const AUDITED: Option<&'static str> = Some(InvitePeople::NAME);

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<()> {
        let permit = tx.access_organization::<InvitePeople>(&ctx.actor)?;
        tx.delete_invite(&permit, self.id)?;
        Record::of(InvitePeople::NAME).target("invite", self.id, "").with("what", "withdrawn").write(ctx, tx)
    }
}

/// What an invitation offers, for the page that opens from its link.
#[derive(Clone, Debug)]
pub struct Offer {
    pub organization: String,
    pub role: Role,
    pub invited_by: String,
}

async fn look_up(app: &App, code: &str) -> Result<(TenantId, InviteId)> {
    let now = app.clock().now();
    let hash = hash_secret(code);
    let looked = app.db().read_instance(move |tx| tx.look_up(&hash, now)).await?;
    match looked {
        Some(l) if l.kind == CredentialKind::Invite as i64 => Ok((l.tenant, InviteId(l.subject))),
        _ => Err(spent()),
    }
}

fn spent() -> Error {
    Error::gone("this invitation is used up or has expired; ask for a new one")
}

/// Reads an invitation.
pub async fn offer(app: &App, code: &str) -> Result<Offer> {
    let now = app.clock().now();
    let (tenant, id) = look_up(app, code).await?;
    app.db()
        .read(tenant, move |read| {
            let invite = read.usable_invite(id, now)?.ok_or_else(spent)?;
            let by = read.member(invite.created_by)?.map_or(String::new(), |m| m.name);
            Ok(Offer { organization: read.own_organization()?.name, role: invite.role, invited_by: by })
        })
        .await
}

/// What someone who accepts types.
pub struct AcceptInvite {
    pub code: String,
    pub name: String,
    pub email: String,
    pub password: Secret<String>,
    pub time_zone: Option<String>,
    pub language: Option<String>,
    pub user_agent: String,
    pub ip: Option<String>,
}

/// Makes the account, joins its channels, signs the device in.
pub async fn accept_invite(app: &App, accept: AcceptInvite) -> Result<SignedInFor> {
    let name = rooms::name("name", &accept.name)?;
    let address = email(&accept.email)?;
    check_password("password", accept.password.expose(), &[&name, &address])?;
    let (tenant, invite) = look_up(app, &accept.code).await?;
    let password = hash_password(app, accept.password).await?;
    let mut ctx = app.ctx(tenant, Actor::System(Reason::Setup));
    ctx.ip = accept.ip;
    let join = Join {
        invite,
        name,
        address,
        password,
        time_zone: super::profile::time_zone(accept.time_zone.as_deref().unwrap_or("UTC"))
            .unwrap_or_else(|_| "UTC".into()),
        language: super::profile::language(accept.language.as_deref().unwrap_or("en"))
            .unwrap_or_else(|_| "en".into()),
        user_agent: accept.user_agent,
    };
    let signed_in = app.run(ctx, join).await?;
    Ok(SignedInFor { tenant, signed_in })
}

struct Join {
    invite: InviteId,
    name: String,
    address: String,
    password: String,
    time_zone: String,
    language: String,
    user_agent: String,
}

impl Command for Join {
    type Out = super::SignedIn;

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<super::SignedIn> {
        let invite = tx.usable_invite(self.invite, ctx.now)?.ok_or_else(spent)?;
        tx.use_invite(self.invite, ctx.now)?;
        let handle = free_handle(tx, &self.name)?;
        let member = tx.insert_member(&NewMember {
            id: ctx.id(),
            kind: MemberKind::Person,
            handle: &handle,
            name: &self.name,
            email: Some(&self.address),
            password: Some(&self.password),
            role: invite.role,
            time_zone: &self.time_zone,
            language: &self.language,
            at: ctx.now,
        })?;
        tx.emit(ctx.now, None, Audience::Everyone, Event::PersonAdded { member: Box::new(member.clone()) });
        let mut channels = invite.channel_ids.clone();
        if invite.role > Role::Guest
            && let Some((general, ..)) = tx.room_by_handle("general")?
            && !channels.contains(&general)
        {
            channels.push(general);
        }
        for channel in channels {
            // The invitation was allowed for these channels; whether they still take people is asked now.
            if let Ok((room, _)) = tx.access_room::<portico_policy::InviteToRoom>(&ctx.actor, channel) {
                rooms::admit(ctx, tx, &room, member.id, "member_joined", &[("name", &self.name)])?;
            }
        }
        Record::of(JoinRoom::NAME)
            .target("member", member.id, &self.name)
            .by(member.id, &self.name)
            .with("what", "accepted an invitation")
            .write(ctx, tx)?;
        sessions::begin(ctx, tx, member.id, &self.user_agent)
    }

    fn remember(&self, _: &super::SignedIn) -> Result<String> {
        Ok(String::new())
    }
}

//! First start: the one-time code, the organization, its owner, its first channel.

use super::{email, free_handle, hash_password, sessions};
use crate::{
    App, Ctx, Record, SignedInFor,
    rooms::{self, CreateChannel},
};
use portico_domain::{
    event::{Audience, Event},
    member::{MemberKind, Role},
    organization::Organization,
    room::Visibility,
    session::check_password,
};
use portico_policy::{Action, Actor, ManageOrganization, Reason, Via};
use portico_store::{InstanceTx, NewMember, hash_secret};
use portico_types::{Error, OrganizationId, Result, Secret, SessionId, TenantId};
use subtle::ConstantTimeEq;

const CODE: &str = "setup_code_hash";

/// What the wizard asks for.
pub struct Setup {
    /// Printed at first start. The operator at the command line needs none.
    pub code: Option<Secret<String>>,
    pub organization: String,
    pub name: String,
    pub email: String,
    pub password: Secret<String>,
    pub user_agent: String,
    pub ip: Option<String>,
}

/// Whether there is no organization yet.
pub async fn setup_needed(app: &App) -> Result<bool> {
    app.db().read_instance(|tx| Ok(tx.organizations()?.is_empty())).await
}

/// Makes the one-time code of this start. An earlier one stops working.
pub async fn new_setup_code(app: &App) -> Result<Secret<String>> {
    let code = app.ctx(TenantId(0), Actor::System(Reason::Setup)).secret("");
    let hash = hex(&hash_secret(code.expose()).0);
    app.db().write_instance(move |tx| tx.set_setting(CODE, &hash)).await?;
    Ok(code)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut out, b| {
        // Writing into a String cannot fail.
        let _ = write!(out, "{b:02x}");
        out
    })
}

/// Makes an organization with its owner. Over the web it works once, with the code; the operator may make more.
pub async fn set_up(app: &App, setup: Setup) -> Result<SignedInFor> {
    let organization = rooms::name("organization", &setup.organization)?;
    let name = rooms::name("owner.name", &setup.name)?;
    let address = email(&setup.email).map_err(|e| Error::invalid("owner.email", e.message().to_owned()))?;
    check_password("owner.password", setup.password.expose(), &[&name, &address])?;
    let by_code = setup.code.is_some();
    if let Some(code) = &setup.code {
        let given = hex(&hash_secret(code.expose().trim()).0);
        let (needed, known) =
            app.db().read_instance(|tx| Ok((tx.organizations()?.is_empty(), tx.setting(CODE)?))).await?;
        if !needed {
            return Err(Error::gone("this server is set up already; sign in, or ask for an invitation"));
        }
        let fits = known.is_some_and(|k| bool::from(k.as_bytes().ct_eq(given.as_bytes())));
        if !fits {
            return Err(Error::invalid("code", "this is not the code the server printed at its start"));
        }
    }
    let password = hash_password(app, setup.password).await?;
    let ctx = Ctx { ip: setup.ip.clone(), ..app.ctx(TenantId(0), Actor::System(Reason::Setup)) };
    let user_agent = setup.user_agent.clone();
    app.db()
        .write_instance(move |tx| {
            ctx.rewind();
            // Two who send the form at once: one organization.
            if by_code && !tx.organizations()?.is_empty() {
                return Err(Error::gone("this server is set up already; sign in, or ask for an invitation"));
            }
            found(&ctx, tx, &organization, &name, &address, &password, &user_agent)
        })
        .await
}

fn found(
    ctx: &Ctx,
    tx: &mut InstanceTx<'_>,
    organization: &str,
    name: &str,
    address: &str,
    password: &str,
    user_agent: &str,
) -> Result<SignedInFor> {
    let base = portico_text::names::handle_from(organization);
    let taken: Vec<String> = tx.organizations()?.into_iter().map(|(_, o)| o.slug).collect();
    let mut slugs = std::iter::once(base.clone()).chain((2..).map(|n| format!("{base}{n}")));
    let slug = slugs.find(|s| !taken.contains(s)).unwrap_or(base);
    let row = Organization { id: ctx.id::<OrganizationId>(), slug, name: organization.to_owned() };
    let tenant = tx.create_organization(&row, ctx.now)?;
    let signed_in = tx.in_tenant(tenant, |tx| {
        let handle = free_handle(tx, name)?;
        let owner = tx.insert_member(&NewMember {
            id: ctx.id(),
            kind: MemberKind::Person,
            handle: &handle,
            name,
            email: Some(address),
            password: Some(password),
            role: Role::Owner,
            time_zone: "UTC",
            language: "en",
            at: ctx.now,
        })?;
        tx.emit(ctx.now, None, Audience::Everyone, Event::PersonAdded { member: Box::new(owner.clone()) });
        let signed_in = sessions::begin(ctx, tx, owner.id, user_agent)?;
        let as_owner = Ctx {
            tenant,
            actor: Actor::Member { id: owner.id, via: Via::Session(SessionId::default()) },
            ..ctx.clone()
        };
        let permit = tx.access_organization::<portico_policy::CreateChannel>(&as_owner.actor)?;
        rooms::create(
            &CreateChannel {
                name: "General".into(),
                handle: Some("general".into()),
                visibility: Visibility::Public,
                team: None,
                topic: String::new(),
                purpose: "For everyone and everything.".into(),
            },
            &as_owner,
            tx,
            &permit,
        )?;
        Record::of(ManageOrganization::NAME)
            .with("what", "organization made")
            .with("name", organization)
            .write(ctx, tx)?;
        Ok(signed_in)
    })?;
    tx.set_setting(CODE, "used")?;
    Ok(SignedInFor { tenant, signed_in })
}

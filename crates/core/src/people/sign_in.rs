//! Signing in with e-mail and password.

use super::{email, sessions, verify_password};
use crate::{App, Command, Ctx, Record, SignedInFor};
use portico_domain::audit::Outcome;
use portico_policy::{Action, Actor, EnterOrganization};
use portico_store::Tx;
use portico_types::{Error, MemberId, Result, Secret, TenantId};

/// What someone types.
pub struct Attempt {
    pub email: String,
    pub password: Secret<String>,
    /// Slug of the organization, where an address has accounts in several.
    pub organization: Option<String>,
    pub user_agent: String,
    pub ip: Option<String>,
}

/// Checks e-mail and password and signs the device in. Unknown account, wrong password and suspension have the same
/// answer after the same work.
pub async fn sign_in(app: &App, attempt: Attempt) -> Result<SignedInFor> {
    let wanted = attempt.organization.clone();
    let logins: Vec<(TenantId, MemberId)> = match email(&attempt.email) {
        Ok(address) => {
            app.db()
                .read_instance(move |tx| {
                    let logins = tx.logins(&address)?;
                    let Some(slug) = wanted else { return Ok(logins) };
                    let tenant =
                        tx.organizations()?.into_iter().find(|(_, o)| o.slug == slug).map(|(t, _)| t);
                    Ok(logins.into_iter().filter(|(t, _)| Some(*t) == tenant).collect())
                })
                .await?
        }
        Err(_) => Vec::new(),
    };
    if logins.is_empty() {
        verify_password(app, attempt.password, None).await?;
        return Err(Error::wrong_credentials());
    }
    for (tenant, member) in logins {
        let hash = app.db().read(tenant, move |read| read.password_hash(member)).await?;
        let fits = verify_password(app, attempt.password.clone(), hash).await?;
        let mut ctx = app.ctx(tenant, Actor::Anonymous);
        ctx.ip.clone_from(&attempt.ip);
        match app.run(ctx, SignIn { member, fits, user_agent: attempt.user_agent.clone() }).await {
            Ok(Some(signed_in)) => return Ok(SignedInFor { tenant, signed_in }),
            Ok(None) => {}
            Err(e) => return Err(e),
        }
    }
    Err(Error::wrong_credentials())
}

/// Records the attempt and, when the password fits, begins a session.
struct SignIn {
    member: MemberId,
    fits: bool,
    user_agent: String,
}

impl Command for SignIn {
    type Out = Option<super::SignedIn>;

    fn lane(&self) -> u64 {
        self.member.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Self::Out> {
        let member = tx.member(self.member)?.ok_or_else(Error::wrong_credentials)?;
        let good = self.fits && !member.suspended;
        let record = Record::of(EnterOrganization::NAME).target("member", self.member, &member.name);
        if good {
            let signed_in = sessions::begin(ctx, tx, self.member, &self.user_agent)?;
            record.by(self.member, &member.name).with("what", "signed in").write(ctx, tx)?;
            Ok(Some(signed_in))
        } else {
            record.outcome(Outcome::Denied).with("what", "wrong password or suspended").write(ctx, tx)?;
            Ok(None)
        }
    }
}

//! Coming in as a visitor: known again by token, vouched for by the host, or new.

use super::{
    PublicConversation, PublicVisitor, checked_page,
    identity::{self, Identity},
    public::unread,
    update::introduce,
};
use crate::{
    App, Command, Ctx,
    customers::{
        emit_contact,
        merge::merge,
        update_contact::{check_attributes, email},
    },
    rooms,
};
use portico_domain::{contact::Contact, inbox::Asked, inbox::Inbox};
use portico_policy::{Actor, Permit, StartConversation};
use portico_store::{CredentialKind, Tx, hash_secret};
use portico_types::{ContactId, Error, InboxId, LogPlace, Millis, Result, SecretHash};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How long a visitor is known again without coming back, in ms.
const REMEMBERED: i64 = 180 * Millis::DAY;

/// Asks to come in. Carries no idempotency key: anonymous people have no name under which one could be kept.
#[derive(Clone, Default)]
pub struct Begin {
    pub inbox: InboxId,
    /// The visitor token of an earlier visit.
    pub token: Option<String>,
    /// The host's signed word for who this is.
    pub jwt: Option<String>,
    pub name: Option<String>,
    pub email: Option<String>,
    /// BCP 47; what is none is ignored.
    pub locale: Option<String>,
    /// IANA name; what is none is ignored.
    pub time_zone: Option<String>,
    /// Address and title of the page.
    pub page: Option<(String, String)>,
}

/// What a visitor begins with.
#[derive(Clone, Serialize, Deserialize)]
pub struct Begun {
    /// The bearer token for everything else; the one given, or a new one that takes its place.
    pub token: String,
    pub visitor: PublicVisitor,
    pub conversation: Option<PublicConversation>,
    pub unread: i64,
    /// The log's number of this moment, for the API to seal into a cursor.
    pub seq: i64,
    /// The life of the log that it counts in.
    #[serde(default)]
    pub epoch: i64,
}

impl std::fmt::Debug for Begun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the token.
        f.debug_struct("Begun").field("visitor", &self.visitor.id).finish_non_exhaustive()
    }
}

/// Lets a visitor in.
pub async fn begin(app: &App, ctx: Ctx, begin: Begin) -> Result<Begun> {
    app.run(Ctx { key: None, ..ctx }, begin).await
}

impl Command for Begin {
    type Out = Begun;

    fn lane(&self) -> u64 {
        // Two tabs of one person who signs in at the host come one after the other.
        self.inbox.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Begun> {
        let (inbox, secret) = tx.website_inbox(self.inbox)?.ok_or_else(Error::not_found)?;
        let token = self.token.as_deref().map(|t| (t, hash_secret(t)));
        let known = match &token {
            Some((_, hash)) => Some(tx.visitor(inbox.id, hash, ctx.now)?.ok_or_else(|| {
                Error::refused("token", "this visitor is not known any more; begin without a token")
            })?),
            None => None,
        };
        let before = known.as_ref().map(|k| k.id);
        let (mut contact, permit) = match &self.jwt {
            Some(jwt) => {
                let secret = secret.filter(|_| inbox.identity != Asked::Off).ok_or_else(|| {
                    Error::refused("jwt", "this inbox takes no identities; turn them on in its settings")
                })?;
                let identity = identity::verify(jwt, &secret, &inbox.key, ctx.now)?;
                identified(ctx, tx, &inbox, known, &identity)?
            }
            None => match known {
                Some(known) if known.verified || inbox.identity != Asked::Required => {
                    here(ctx, tx, &inbox, known)?
                }
                None if inbox.identity != Asked::Required => new(ctx, tx, &inbox, None)?,
                _ => {
                    return Err(Error::forbidden(
                        "sign in on the site first; this team talks to signed-in visitors",
                    ));
                }
            },
        };
        let arrived = contact.clone();
        self.describe(ctx, &mut contact)?;
        tx.keep_visitor(&permit, &contact)?;
        let place = super::place(tx, inbox.id, contact.id, ctx.now)?;
        // Who has not written yet is nobody's news: pages are looked at much more often than teams are written to.
        if place.is_some() && (contact != arrived || self.jwt.is_some()) {
            emit_contact(ctx, tx, inbox.id, &contact);
        }
        let token = match token {
            Some((token, hash)) if before == Some(contact.id) => {
                tx.renew_visitor(&hash, ctx.now.plus(REMEMBERED))?;
                token.to_owned()
            }
            _ => issue(ctx, tx, inbox.id, contact.id)?,
        };
        let (conversation, unread) = match &place {
            Some(place) => (Some(PublicConversation::of(tx, place)?), unread(tx, place)?),
            None => (None, 0),
        };
        let visitor = PublicVisitor::from(&contact);
        let LogPlace { epoch, seq } = tx.log_place()?;
        Ok(Begun { token, visitor, conversation, unread, seq, epoch })
    }

    fn remember(&self, _: &Begun) -> Result<String> {
        Ok(String::new())
    }

    fn recall(&self, _: &Ctx, _: &mut Tx<'_>, _: &str) -> Result<Begun> {
        Err(Error::invalid("Idempotency-Key", "beginning takes no Idempotency-Key; send the token you have"))
    }
}

impl Begin {
    /// What the browser and the visitor say of themselves.
    fn describe(&self, ctx: &Ctx, contact: &mut Contact) -> Result<()> {
        introduce(contact, self.name.as_deref(), self.email.as_deref())?;
        let tag = |text: &&String, more: &str| {
            (1..=64).contains(&text.len())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
        };
        if let Some(locale) = self.locale.as_ref().filter(|l| tag(l, "-")) {
            contact.locale.clone_from(locale);
        }
        if let Some(zone) = self.time_zone.as_ref().filter(|z| tag(z, "/_+-")) {
            contact.time_zone = Some(zone.clone());
        }
        if let Some((url, title)) = &self.page {
            contact.page = Some(checked_page(url, title, ctx.now)?);
        }
        contact.last_seen_at = ctx.now;
        Ok(())
    }
}

fn permit(tx: &mut Tx<'_>, inbox: InboxId, id: ContactId) -> Result<Permit<StartConversation>> {
    tx.access_inbox::<StartConversation>(&Actor::Contact { id, inbox }, inbox).map(|(_, permit)| permit)
}

/// Someone who was here before.
fn here(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    inbox: &Inbox,
    contact: Contact,
) -> Result<(Contact, Permit<StartConversation>)> {
    let permit = permit(tx, inbox.id, contact.id)?;
    tx.touch_contact(&permit, contact.id, ctx.now)?;
    Ok((contact, permit))
}

/// Someone new.
fn new(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    inbox: &Inbox,
    identifier: Option<&str>,
) -> Result<(Contact, Permit<StartConversation>)> {
    let contact = Contact {
        id: ctx.id(),
        display_id: tx.next_display_id("contact")?,
        name: String::new(),
        email: None,
        phone: None,
        identifier: identifier.map(str::to_owned),
        verified: identifier.is_some(),
        attributes: BTreeMap::new(),
        locale: String::new(),
        time_zone: None,
        page: None,
        created_at: ctx.now,
        last_seen_at: ctx.now,
        blocked: false,
    };
    let permit = permit(tx, inbox.id, contact.id)?;
    tx.insert_contact(&permit, &contact)?;
    Ok((contact, permit))
}

/// Someone the host vouches for: the contact with that identifier. Who was anonymous in this browser until now becomes
/// that contact, or is merged into it; who was somebody else stays apart.
fn identified(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    inbox: &Inbox,
    known: Option<Contact>,
    identity: &Identity,
) -> Result<(Contact, Permit<StartConversation>)> {
    let anonymous =
        known.filter(|k| k.identifier.is_none() || k.identifier.as_ref() == Some(&identity.subject));
    let (mut contact, permit) = match (tx.contact_by_identifier(inbox.id, &identity.subject)?, anonymous) {
        (Some(contact), Some(other)) if other.id != contact.id => {
            let (mut contact, permit) = here(ctx, tx, inbox, contact)?;
            merge(ctx, tx, &permit, &other, &mut contact)?;
            (contact, permit)
        }
        (Some(contact), _) => here(ctx, tx, inbox, contact)?,
        (None, Some(other)) => {
            let (mut contact, permit) = here(ctx, tx, inbox, other)?;
            contact.identifier = Some(identity.subject.clone());
            (contact, permit)
        }
        (None, None) => new(ctx, tx, inbox, Some(&identity.subject))?,
    };
    contact.verified = true;
    let wrong = |e: Error| Error::refused("jwt", format!("a claim is not usable: {}", e.message()));
    if let Some(name) = identity.name.as_deref().filter(|n| !n.trim().is_empty()) {
        contact.name = rooms::name("name", name).map_err(wrong)?;
    }
    if let Some(address) = identity.email.as_deref().filter(|a| !a.trim().is_empty()) {
        contact.email = Some(email(address).map_err(wrong)?);
    }
    contact.attributes.extend(identity.attributes.clone());
    check_attributes(&contact.attributes).map_err(wrong)?;
    Ok((contact, permit))
}

/// A new bearer token for a contact.
fn issue(ctx: &Ctx, tx: &mut Tx<'_>, inbox: InboxId, contact: ContactId) -> Result<String> {
    let secret = ctx.secret("pv_");
    let hash: SecretHash = hash_secret(secret.expose());
    let expires_at = ctx.now.plus(REMEMBERED);
    tx.insert_credential(&hash, CredentialKind::Visitor, contact.0, inbox.0, Some(expires_at))?;
    Ok(secret.expose().clone())
}

//! From the public key in a page to the inbox behind it.

use crate::App;
use portico_store::PublicName;
use portico_types::{Error, InboxId, Result, TenantId};

/// A website inbox found by its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    pub tenant: TenantId,
    pub inbox: InboxId,
    /// Origins whose pages may carry the widget. Empty means any.
    pub allowed_origins: Vec<String>,
}

/// Finds a website inbox. Whatever is no such key is not found.
pub async fn door(app: &App, key: &str) -> Result<Door> {
    if key.is_empty() || key.len() > 64 || !key.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(Error::not_found());
    }
    let name = key.to_owned();
    let (tenant, id) = app
        .db()
        .read_instance(move |tx| tx.public_name(PublicName::InboxKey, &name))
        .await?
        .ok_or_else(Error::not_found)?;
    let inbox = InboxId(id);
    let (found, _) =
        app.db().read(tenant, move |read| read.website_inbox(inbox)).await?.ok_or_else(Error::not_found)?;
    Ok(Door { tenant, inbox, allowed_origins: found.allowed_origins })
}

//! Contacts.

use super::present;
use crate::{Api, Listed, Paging};
use axum::{
    Json,
    extract::{Path, State},
};
use portico_core::customers;
use portico_domain::{contact::Contact, conversation::Conversation};
use portico_edge::{Input, Member, Problem, Words};
use portico_types::{ContactId, Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

fn contact_id(text: &str) -> Result<ContactId> {
    text.parse().map_err(|_| Error::not_found())
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// Part of a name, e-mail address, phone number or identifier.
    #[serde(default)]
    q: String,
    cursor: Option<String>,
    limit: Option<i64>,
}

/// Contacts of the inboxes one sees, last seen first.
#[utoipa::path(get, path = "/contacts", tag = "customers", params(Search), responses((status = 200, body = Listed<Contact>)))]
pub(crate) async fn list(
    State(api): State<Api>,
    Member(ctx): Member,
    Words(search): Words<Search>,
) -> Result<Json<Listed<Contact>>, Problem> {
    let paging = Paging { cursor: search.cursor, limit: search.limit };
    let query = customers::Contacts { search: search.q, cursor: paging.cursor()?, limit: paging.limit()? };
    Ok(Json(Listed::page(api.edge.app.ask(ctx, query).await?)))
}

/// One contact.
#[utoipa::path(get, path = "/contacts/{id}", tag = "customers", params(("id" = String, Path)), responses((status = 200, body = Contact), (status = 404)))]
pub(crate) async fn get(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<Json<Contact>, Problem> {
    Ok(Json(api.edge.app.ask(ctx, customers::GetContact { id: contact_id(&id)? }).await?))
}

/// What changes; what is not named stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = ContactChange)]
#[expect(clippy::option_option, reason = "missing, null and given are three things")]
pub(crate) struct Change {
    name: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    email: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    phone: Option<Option<String>>,
    /// All of them; what is not named is gone.
    attributes: Option<BTreeMap<String, String>>,
    /// Messages of a blocked contact are refused.
    blocked: Option<bool>,
}

/// Look after a contact.
#[utoipa::path(patch, path = "/contacts/{id}", tag = "customers", params(("id" = String, Path)), request_body = Change,
    responses((status = 200, body = Contact), (status = 400), (status = 404)))]
pub(crate) async fn edit(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
    Input(change): Input<Change>,
) -> Result<Json<Contact>, Problem> {
    let command = customers::UpdateContact {
        id: contact_id(&id)?,
        name: change.name,
        email: change.email,
        phone: change.phone,
        attributes: change.attributes,
        blocked: change.blocked,
    };
    Ok(Json(api.edge.app.run(ctx, command).await?))
}

/// A contact's conversations, the one written in last first.
#[utoipa::path(get, path = "/contacts/{id}/conversations", tag = "customers", params(("id" = String, Path), Paging), responses((status = 200, body = Listed<Conversation>), (status = 404)))]
pub(crate) async fn conversations(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
    Words(paging): Words<Paging>,
) -> Result<Json<Listed<Conversation>>, Problem> {
    let query = customers::ContactConversations {
        contact: contact_id(&id)?,
        cursor: paging.cursor()?,
        limit: paging.limit()?,
    };
    Ok(Json(Listed::page(api.edge.app.ask(ctx, query).await?)))
}

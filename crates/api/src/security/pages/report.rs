//! The report form: every field at fault at once, and nothing typed is lost.

use super::{Keep, answer, from_our_page, nobody, once, refusal, render, see_other, shape::ProgramFacts};
use crate::{
    Api,
    security::{Gate, reports::tracking_url},
};
use axum::{
    Extension, Form,
    extract::{Path, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use minijinja::{Value, context, value::Serde};
use portico_core::security::{PublicPage, PublicPolicy, ReportDraft, SubmitReport};
use portico_edge::Peer;
use portico_types::{Error, ErrorCode, Id, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The form as it is sent, and shown again.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Fields {
    once: String,
    title: String,
    description: String,
    steps: String,
    impact: String,
    versions: String,
    name: String,
    link: String,
    email: String,
    wants_credit: String,
}

impl Fields {
    fn draft(&self) -> ReportDraft {
        ReportDraft {
            title: self.title.clone(),
            description: self.description.clone(),
            steps: self.steps.clone(),
            impact: self.impact.clone(),
            versions: self.versions.clone(),
            name: self.name.clone(),
            link: self.link.clone(),
            email: self.email.clone(),
            wants_credit: !self.wants_credit.is_empty(),
        }
    }

    fn parts(&self) -> [&str; 9] {
        [
            &self.title,
            &self.description,
            &self.steps,
            &self.impact,
            &self.versions,
            &self.name,
            &self.link,
            &self.email,
            &self.wants_credit,
        ]
    }
}

#[derive(Serialize)]
struct Wrong {
    field: String,
    label: &'static str,
    message: String,
}

fn label(field: &str) -> &'static str {
    match field {
        "title" => "Title",
        "description" => "What is wrong?",
        "steps" => "Steps",
        "impact" => "What could someone do with it?",
        "versions" => "Version or page",
        "name" => "Name",
        "link" => "Link",
        "email" => "E-mail",
        _ => "Report",
    }
}

/// An empty form.
pub(super) async fn form(State(api): State<Api>, peer: Peer, Path(slug): Path<String>) -> Response {
    let page = program(&api, &peer, slug).await;
    let fields = Fields { once: api.edge.fresh::<Id>().to_string(), ..Fields::default() };
    answer(page.and_then(|page| show(StatusCode::OK, page, &fields, None, &[])))
}

async fn program(api: &Api, peer: &Peer, slug: String) -> Result<PublicPage> {
    api.edge.app.ask(nobody(api, peer).await?, PublicPolicy { slug }).await
}

fn show(
    status: StatusCode,
    page: PublicPage,
    fields: &Fields,
    failed: Option<&str>,
    wrong: &[Error],
) -> Result<Response> {
    let problems: Vec<Wrong> = wrong
        .iter()
        .filter_map(|e| Some((e.field()?.to_owned(), sentence(e.message()))))
        .map(|(field, message)| Wrong { label: label(&field), field, message })
        .collect();
    let errors: BTreeMap<&str, &str> =
        problems.iter().map(|w| (w.field.as_str(), w.message.as_str())).collect();
    let facts = context! {
        organization => page.organization,
        slug => page.program.slug.clone(),
        here => "report",
        p => Value::from(Serde(ProgramFacts::from(page.program))),
        f => Value::from(Serde(fields)),
        failed,
        errors => Value::from(Serde(&errors)),
        problems => Value::from(Serde(&problems)),
    };
    render(status, Keep::Never, "report.html", facts)
}

/// Sends it. What comes back is the reporter's own page.
pub(super) async fn send(
    State(api): State<Api>,
    Extension(gate): Extension<Gate>,
    peer: Peer,
    Path(slug): Path<String>,
    headers: HeaderMap,
    fields: Result<Form<Fields>, FormRejection>,
) -> Response {
    if let Err(e) = from_our_page(&headers, &peer) {
        return refusal(&e);
    }
    let page = match program(&api, &peer, slug).await {
        Ok(page) => page,
        Err(e) => return refusal(&e),
    };
    let Form(fields) = match fields {
        Ok(fields) => fields,
        Err(e) => {
            let too_large = e.status() == StatusCode::PAYLOAD_TOO_LARGE;
            let say = "the form cannot be read; go back, everything is still there, and send it again";
            return refusal(&if too_large {
                Error::too_large("form", "the report is too long; shorten it")
            } else {
                Error::invalid("form", say)
            });
        }
    };
    let intake = match fields.draft().check() {
        Ok(intake) => intake,
        Err(wrong) => {
            let failed =
                if wrong.len() == 1 { "One field needs a change." } else { "Some fields need a change." };
            return answer(show(StatusCode::BAD_REQUEST, page, &fields, Some(failed), &wrong));
        }
    };
    let slug = page.program.slug.clone();
    let sent = async {
        gate.report(&api.edge, &peer.ip, &slug).await?;
        let mut ctx = nobody(&api, &peer).await?;
        // With the program: the same words to another one are another report.
        let asked: Vec<&str> = std::iter::once(slug.as_str()).chain(fields.parts()).collect();
        ctx.key = once(&fields.once, &asked);
        api.edge.app.run(ctx, SubmitReport { slug, intake }).await
    };
    match sent.await {
        Ok(sent) => answer(see_other(&format!("{}?sent=1", tracking_url("", sent.token.expose())))),
        Err(e) => {
            let status = StatusCode::from_u16(e.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let failed = match e.code() {
                ErrorCode::Internal => "Something went wrong on our side, please send it again.".to_owned(),
                _ => sentence(e.message()),
            };
            answer(show(status, page, &fields, Some(&failed), &[]))
        }
    }
}

/// With a capital and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    let rest = chars.as_str().trim_end_matches('.');
    format!("{first}{rest}.")
}

//! Searching everything one may see.

use crate::{Ctx, Page, Query};
use jiff::{civil, tz::TimeZone};
use portico_domain::{message::Body, session::Scope};
use portico_policy::EnterOrganization;
use portico_store::{Hit, Read, Wanted, tag};
use portico_text::search::{Date, Has, QueryError, highlight, parse_query};
use portico_types::{Id, Millis, PageCursor, Result};

/// A search in the words of the search field.
pub struct Search {
    pub text: String,
    pub cursor: Option<PageCursor>,
    pub limit: i64,
}

/// What was found, newest first, and what of the query was not understood.
#[derive(Debug)]
pub struct Found {
    /// Each with a safe HTML snippet.
    pub page: Page<(Hit, String)>,
    pub errors: Vec<QueryError>,
}

impl Query for Search {
    type Out = Found;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Found> {
        read.access_organization::<EnterOrganization>(&ctx.actor)?;
        let me = ctx.me()?;
        let mut query = parse_query(&self.text);
        let zone = read.member(me)?.and_then(|m| TimeZone::get(&m.time_zone).ok()).unwrap_or(TimeZone::UTC);
        let mut tags = Vec::new();
        if !query.from.is_empty() {
            let mut from = Vec::new();
            for handle in query.from.iter().take(20) {
                let id = if handle == "me" { Some(me) } else { read.member_by_handle(handle)?.map(|m| m.id) };
                // An unknown name matches nothing rather than everything.
                from.push(tag::author(id.map_or(Id::default(), |m| m.0)));
            }
            tags.push(from);
        }
        if !query.in_.is_empty() {
            let mut rooms = Vec::new();
            for handle in query.in_.iter().take(20) {
                let id = read.room_by_handle(handle)?.map(|r| r.0);
                rooms.push(tag::room(id.unwrap_or_default()));
            }
            tags.push(rooms);
        }
        for has in &query.has {
            tags.push(vec![
                match has {
                    Has::File => tag::FILE,
                    Has::Link => tag::LINK,
                    Has::Image => tag::IMAGE,
                }
                .to_owned(),
            ]);
        }
        let (since, until) = span(&query, &zone);
        let errors = std::mem::take(&mut query.errors);
        if query.is_empty() {
            return Ok(Found { page: Page { items: Vec::new(), next: None }, errors });
        }
        let scopes = ctx.actor.scopes();
        let wanted = |query| Wanted {
            query,
            tags: tags.clone(),
            since,
            until,
            customers: scopes.has(Scope::Customers),
            security: scopes.has(Scope::Security),
        };
        // Whole words first: a beginning stands for thousands of words, and is only looked for where nobody wrote it as
        // a word. Each page of a search decides this alike.
        let whole = portico_text::search::Query { prefix: false, ..query.clone() };
        let mut page = read.search(me, &wanted(&whole), self.cursor, self.limit)?;
        let begun = query.prefix
            && page.items.is_empty()
            && (self.cursor.is_none() || read.search(me, &wanted(&whole), None, 1)?.items.is_empty());
        if begun {
            page = read.search(me, &wanted(&query), self.cursor, self.limit)?;
        } else {
            query = whole;
        }
        let page = page.map(|hit| {
            let snippet = match &hit.message.body {
                Body::Markdown { text, .. } => highlight(&portico_text::plain::text(text), &query),
                Body::System { .. } | Body::Deleted => String::new(),
            };
            (hit, snippet)
        });
        Ok(Found { page, errors })
    }
}

/// The time from and until which messages count, in the searcher's own days.
fn span(query: &portico_text::search::Query, zone: &TimeZone) -> (Millis, Millis) {
    let start = |date: Date, days: i32| -> Option<Millis> {
        let day = civil::Date::new(date.year as i16, date.month as i8, date.day as i8).ok()?;
        let day = day.checked_add(jiff::Span::new().days(days)).ok()?;
        Some(Millis(day.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond()))
    };
    let (mut since, mut until) = (Millis(i64::MIN), Millis(i64::MAX));
    if let Some(at) = query.after.and_then(|d| start(d, 1)) {
        since = since.max(at);
    }
    if let Some(at) = query.before.and_then(|d| start(d, 0)) {
        until = until.min(at);
    }
    if let Some(day) = query.on {
        since = since.max(start(day, 0).unwrap_or(since));
        until = until.min(start(day, 1).unwrap_or(until));
    }
    (since, until)
}

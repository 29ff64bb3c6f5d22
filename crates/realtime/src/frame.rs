//! Wire formats. A frame is made once and shared by everyone who gets it; only sealed cursors are made for each.

use crate::{cursor, options::Envelope};
use bytes::Bytes;
use portico_domain::event::Event;
use portico_store::LogEvent;
use portico_types::LogPlace;
use std::fmt::Write;

/// The frames of one event.
pub(crate) struct Frames<'e> {
    event: &'e LogEvent,
    envelope: Envelope,
    /// What follows a guest's cursor, once one has asked.
    guest: Option<String>,
}

impl<'e> Frames<'e> {
    pub(crate) fn new(event: &'e LogEvent, envelope: Envelope) -> Self {
        Self { event, envelope, guest: None }
    }

    /// For members: the log's own place and bytes. `epoch`: the life of the log. To be asked for once.
    pub(crate) fn member(&self, epoch: i64) -> Bytes {
        let event = self.event;
        let at = cursor::text(LogPlace { epoch, seq: event.seq });
        let mut text = format!("{{\"cursor\":\"{at}\"");
        push_rest(&mut text, event, &event.body);
        (self.envelope)(text)
    }

    /// For a guest: their cursor, and people without e-mail.
    pub(crate) fn guest(&mut self, cursor: &str) -> Bytes {
        let event = self.event;
        let rest = self.guest.get_or_insert_with(|| {
            let mut text = String::new();
            push_rest(&mut text, event, &without_email(event));
            text
        });
        (self.envelope)(format!("{{\"cursor\":\"{cursor}\"{rest}"))
    }
}

/// For a person outside: their cursor and a projection.
pub(crate) fn outside(cursor: &str, body: &str) -> String {
    let mut text = format!("{{\"cursor\":\"{cursor}\"");
    push_body(&mut text, body);
    text
}

fn push_rest(text: &mut String, event: &LogEvent, body: &str) {
    text.reserve(body.len() + 48);
    match event.room {
        // Writing to a String cannot fail.
        Some(room) => {
            let _fine = write!(text, ",\"room\":\"{room}\"");
        }
        None => text.push_str(",\"room\":null"),
    }
    push_body(text, body);
}

/// Puts the members of the record form behind what is there already.
fn push_body(text: &mut String, body: &str) {
    text.push(',');
    text.push_str(body.strip_prefix('{').unwrap_or("}"));
}

fn without_email(event: &LogEvent) -> std::borrow::Cow<'_, str> {
    let mut plain = match &event.event {
        Event::PersonAdded { .. } | Event::PersonUpdated { .. } => event.event.clone(),
        _ => return event.body.as_str().into(),
    };
    if let Event::PersonAdded { member } | Event::PersonUpdated { member } = &mut plain {
        member.email = None;
    }
    // An event that was written can be written again; were it not so, its data stays away.
    serde_json::to_string(&plain)
        .unwrap_or_else(|_| format!("{{\"type\":\"{}\",\"data\":{{}}}}", plain.kind()))
        .into()
}

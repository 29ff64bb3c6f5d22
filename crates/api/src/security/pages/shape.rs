//! From what the application says to what a page shows: dates, words, initials.

use jiff::{Timestamp, Zoned, tz::TimeZone};
use portico_core::security::{PublicProgram, Tracked, TrackedBody, TrackedMessage};
use portico_domain::{
    program::Intake,
    report::{CloseReason, ReportState, Severity},
};
use portico_types::Millis;
use serde::Serialize;
use std::collections::BTreeMap;

fn utc(at: Millis) -> Zoned {
    Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(TimeZone::UTC)
}

/// A program on a page. `policy` is safe HTML, marked so.
#[derive(Serialize)]
pub(super) struct ProgramFacts {
    slug: String,
    name: String,
    intro: String,
    notice: String,
    contact: String,
    /// The contact as people read it.
    contact_text: String,
    languages: Vec<String>,
    scope: Vec<portico_domain::program::ScopeItem>,
    open: bool,
    version: i64,
    policy: minijinja::Value,
}

impl From<PublicProgram> for ProgramFacts {
    fn from(p: PublicProgram) -> Self {
        let text = p.contact.strip_prefix("mailto:").or_else(|| p.contact.strip_prefix("https://"));
        Self {
            contact_text: text.unwrap_or_default().split('?').next().unwrap_or_default().to_owned(),
            slug: p.slug,
            name: p.name,
            intro: p.intro,
            notice: p.notice,
            contact: p.contact,
            languages: p.languages,
            scope: p.scope,
            open: p.intake == Intake::Open,
            version: p.policy_version,
            policy: minijinja::Value::from_safe_string(p.policy_html),
        }
    }
}

#[derive(Serialize)]
struct Step {
    name: &'static str,
    class: &'static str,
    note: String,
}

#[derive(Serialize)]
struct SeverityFacts {
    key: &'static str,
    name: &'static str,
    level: i64,
}

#[derive(Serialize)]
struct FileFacts {
    id: String,
    name: String,
    size: String,
}

/// One entry of the timeline: a line of what happened, or somebody's words.
#[derive(Serialize)]
struct Entry {
    number: i64,
    /// Set where a day begins.
    day: Option<String>,
    time: String,
    iso: String,
    line: Option<String>,
    icon: &'static str,
    mine: bool,
    name: String,
    initials: String,
    tint: String,
    edited: bool,
    deleted: bool,
    html: minijinja::Value,
    files: Vec<FileFacts>,
}

/// A report on its reporter's page.
#[derive(Serialize)]
pub(super) struct ReportFacts {
    key: String,
    title: String,
    program: String,
    name: String,
    wants_credit: bool,
    policy_version: i64,
    sent: String,
    sent_iso: String,
    state: &'static str,
    state_note: String,
    steps: Vec<Step>,
    severity: Option<SeverityFacts>,
    can_withdraw: bool,
    messages: Vec<Entry>,
    /// The number before which older messages are, if there are any.
    older: Option<i64>,
}

impl From<Tracked> for ReportFacts {
    fn from(r: Tracked) -> Self {
        let received = utc(r.received_at);
        let older = r.messages.first().filter(|_| r.has_before).map(|m| m.number);
        let mut day = String::new();
        let messages = r
            .messages
            .into_iter()
            .map(|m| {
                let on = utc(m.created_at).strftime("%A %-d %B %Y").to_string();
                let fresh = (on != day).then(|| on.clone());
                day = on;
                entry(m, &r.organization, fresh)
            })
            .collect();
        Self {
            sent: received.strftime("%-d %B %Y at %H:%M UTC").to_string(),
            sent_iso: received.timestamp().to_string(),
            state: state_words(r.state),
            state_note: r
                .close_reason
                .map_or_else(|| whose_move(r.state).to_owned(), |c| reason_words(c).to_owned()),
            steps: steps(r.state, r.close_reason, received.strftime("%-d %B").to_string()),
            severity: r.severity.map(severity),
            key: r.key,
            title: r.title,
            program: r.program,
            name: r.name,
            wants_credit: r.wants_credit,
            policy_version: r.policy_version,
            can_withdraw: r.can_withdraw,
            messages,
            older,
        }
    }
}

fn entry(m: TrackedMessage, organization: &str, day: Option<String>) -> Entry {
    let at = utc(m.created_at);
    let author = m.author.map(|a| a.name).unwrap_or_default();
    let name = match (m.mine, author.is_empty()) {
        (true, _) => "You".to_owned(),
        (false, true) => organization.to_owned(),
        (false, false) => format!("{author}, {organization}"),
    };
    let (line, icon) = match &m.body {
        TrackedBody::System { event, params } => {
            (Some(line(event, params)), if event == "received" { "check" } else { "info" })
        }
        _ => (None, "info"),
    };
    let shown = if m.mine && author.is_empty() { "You" } else { author.as_str() };
    Entry {
        number: m.number,
        day,
        time: at.strftime("%H:%M").to_string(),
        iso: at.timestamp().to_string(),
        line,
        icon,
        mine: m.mine,
        initials: initials(shown),
        tint: format!("av{}", 1 + shown.bytes().map(u32::from).sum::<u32>() % 8),
        name,
        edited: m.edited_at.is_some(),
        deleted: m.body == TrackedBody::Deleted,
        html: match m.body {
            TrackedBody::Markdown { html, .. } => minijinja::Value::from_safe_string(html),
            TrackedBody::System { .. } | TrackedBody::Deleted => minijinja::Value::UNDEFINED,
        },
        files: m
            .files
            .into_iter()
            .map(|f| FileFacts { id: f.id.to_string(), name: f.name, size: size(f.size) })
            .collect(),
    }
}

fn initials(name: &str) -> String {
    name.split_whitespace()
        .filter_map(|w| w.chars().find(|c| c.is_alphanumeric()))
        .take(2)
        .flat_map(char::to_uppercase)
        .collect()
}

fn size(bytes: i64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// What happened, in a sentence. Words of ours only; what is not known is said in general.
fn line(event: &str, params: &BTreeMap<String, String>) -> String {
    let get = |name: &str| params.get(name).map_or("", String::as_str);
    match event {
        "received" => format!("Received, policy version {} applies to this report", get("policy_version")),
        "state_changed" => match (get("from"), get("to")) {
            (_, "needs_info") => "The team has a question".to_owned(),
            (_, "triaged") => "Confirmed by the team".to_owned(),
            ("closed", "new") => "Opened again".to_owned(),
            (_, "new") => "Back with the team".to_owned(),
            (_, "closed") => {
                let reason = CloseReason::ALL.iter().find(|r| is_word(**r, get("reason")));
                reason.map_or_else(|| "Closed".to_owned(), |r| format!("Closed: {}", reason_words(*r)))
            }
            _ => "The state changed".to_owned(),
        },
        "severity_changed" => {
            let found = Severity::ALL.iter().find(|s| severity(**s).key == get("to"));
            found.map_or_else(
                || "Severity is open again".to_owned(),
                |s| format!("Severity set to {}", severity(*s).name),
            )
        }
        _ => "The report was changed".to_owned(),
    }
}

fn is_word(reason: CloseReason, word: &str) -> bool {
    serde_json::to_value(reason).is_ok_and(|v| v == word)
}

fn state_words(state: ReportState) -> &'static str {
    match state {
        ReportState::New => "With the team",
        ReportState::NeedsInfo => "Waiting for your answer",
        ReportState::Triaged => "Confirmed",
        ReportState::Closed => "Closed",
    }
}

fn whose_move(state: ReportState) -> &'static str {
    match state {
        ReportState::New => "Someone of the team looks at it next.",
        ReportState::NeedsInfo => "The team asked you something.",
        ReportState::Triaged => "The team works on it.",
        ReportState::Closed => "",
    }
}

fn reason_words(reason: CloseReason) -> &'static str {
    match reason {
        CloseReason::Resolved => "it is fixed",
        CloseReason::Duplicate => "it was known already",
        CloseReason::Informative => "good to know, nothing to fix",
        CloseReason::OutOfScope => "it is out of scope",
        CloseReason::NotReproducible => "the team could not see it happen",
        CloseReason::NotApplicable => "it does not apply here",
        CloseReason::AcceptedRisk => "the team knows and accepts the risk",
        CloseReason::NoResponse => "there was no answer to a question; writing here brings it back",
        CloseReason::Spam => "it was not a report",
        CloseReason::Withdrawn => "withdrawn by you",
        CloseReason::NotSecurity => "it is a flaw, but not one of security",
    }
}

fn steps(state: ReportState, reason: Option<CloseReason>, received: String) -> Vec<Step> {
    let (seen, confirmed, closed) = match state {
        ReportState::New | ReportState::NeedsInfo => ("now", "", ""),
        ReportState::Triaged => ("ok", "now", ""),
        ReportState::Closed if reason == Some(CloseReason::Resolved) => ("ok", "ok", "ok"),
        ReportState::Closed => ("ok", "", "ok"),
    };
    let question =
        if state == ReportState::NeedsInfo { "a question to you".to_owned() } else { String::new() };
    vec![
        Step { name: "Received", class: "ok", note: received },
        Step { name: "Being looked at", class: seen, note: question },
        Step { name: "Confirmed", class: confirmed, note: String::new() },
        Step {
            name: "Closed",
            class: closed,
            note: reason.map(|r| reason_words(r).to_owned()).unwrap_or_default(),
        },
    ]
}

fn severity(severity: Severity) -> SeverityFacts {
    let (key, name) = match severity {
        Severity::None => ("none", "None"),
        Severity::Low => ("low", "Low"),
        Severity::Medium => ("medium", "Medium"),
        Severity::High => ("high", "High"),
        Severity::Critical => ("critical", "Critical"),
    };
    SeverityFacts { key, name, level: severity.code() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_words_of_ours_whatever_the_params_say() {
        let params =
            |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        assert_eq!(
            line("state_changed", &params(&[("to", "closed"), ("reason", "duplicate")])),
            "Closed: it was known already"
        );
        assert_eq!(line("state_changed", &params(&[("to", "closed"), ("reason", "<b>")])), "Closed");
        assert_eq!(line("severity_changed", &params(&[("to", "critical")])), "Severity set to Critical");
        assert_eq!(line("severity_changed", &params(&[])), "Severity is open again");
        assert_eq!(line("whatever", &params(&[("to", "x")])), "The report was changed");
    }

    #[test]
    fn sizes_and_initials() {
        assert_eq!([size(5), size(18_432), size(2_560_000)], ["5 B", "18 kB", "2.5 MB"]);
        assert_eq!(
            [initials("Mats Lindqvist Olsson"), initials("0x_marlowe"), initials("김하늘"), initials("")],
            ["ML", "0", "김", ""]
        );
    }
}

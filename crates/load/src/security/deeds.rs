//! What people of the Security desk do, and what others try: on an open schedule, by one of them at random. Every refusal
//! must be a refusal, and what is sent to whom is searched for what is not theirs.

use super::{
    checks::Check,
    world::{ABLE, ADMINS, Desk, GUESTS, PROGRAMS, Report, able, apart, guests, says},
};
use crate::{
    crowd::{Ask, Crowd, Knows, secret},
    http,
    words::Words,
};

/// Kinds of asks.
pub(super) const KINDS: [&str; 13] = [
    "list reports",
    "count reports",
    "open a report",
    "read its timeline",
    "mark read",
    "write",
    "triage",
    "search",
    "look as reporter",
    "write as reporter",
    "be refused",
    "list and search apart",
    "let in or out",
];

/// The place of a name in `KINDS`.
pub(super) fn kind(name: &str) -> usize {
    KINDS.iter().position(|k| *k == name).unwrap_or(0)
}

/// Something somebody does.
#[derive(Clone, Copy)]
enum Deed {
    List,
    Count,
    Open,
    Answer,
    Note,
    WriteAsGuest,
    Triage,
    Search,
    Look,
    WriteAsReporter,
    TryToReach,
    ListApart,
    SearchApart,
}

/// Out of a hundred [assumed: reads outnumber writes six to one, and one in five is an attempt that must fail].
const DEEDS: [(Deed, u64); 13] = [
    (Deed::List, 14),
    (Deed::Count, 8),
    (Deed::Open, 27),
    (Deed::Answer, 4),
    (Deed::Note, 4),
    (Deed::WriteAsGuest, 2),
    (Deed::Triage, 3),
    (Deed::Search, 5),
    (Deed::Look, 11),
    (Deed::WriteAsReporter, 2),
    (Deed::TryToReach, 14),
    (Deed::ListApart, 4),
    (Deed::SearchApart, 2),
];

/// One answer in this many that somebody may have is searched; of those who may have nothing, all are.
const LOOKED_INTO: u64 = 10;
/// Messages of a page.
const PAGE: usize = 50;
const SECOND: u64 = 1_000_000_000;

/// See the module.
pub(super) struct Deeds<'a> {
    pub(super) desk: &'a Desk,
    chance: Words,
    every: u64,
    due: Option<u64>,
    made: u64,
    /// What the answer of each tag must hold.
    pub(super) checks: Vec<Check>,
    /// Attempts to reach what must not be there.
    pub(super) attempts: u64,
}

impl<'a> Deeds<'a> {
    pub(super) fn new(desk: &'a Desk) -> Self {
        let (every, due, made) = (SECOND, None, 0);
        Self { desk, chance: Words::new(31), every, due, made, checks: Vec::new(), attempts: 0 }
    }

    /// From now on so many deeds a second.
    pub(super) fn pace(&mut self, per_second: u64) {
        self.every = SECOND / per_second;
        self.due = None;
    }

    /// Does what is due and says when the next is.
    pub(super) fn act(&mut self, crowd: &mut Crowd, now: u64) -> u64 {
        let mut due = self.due.unwrap_or(now);
        while due <= now {
            self.deed(crowd, due);
            due += self.every;
        }
        self.due = Some(due);
        due
    }

    fn below(&mut self, n: usize) -> usize {
        (self.chance.number() % n as u64) as usize
    }

    /// Asks, and keeps the answer for this check.
    pub(super) fn check(&mut self, crowd: &mut Crowd, ask: Ask, check: Check) {
        crowd.ask(ask.keep(self.checks.len() as u64));
        self.checks.push(check);
    }

    /// Tries to reach what must not be there for whoever asks; the answer must be that there is no such thing.
    pub(super) fn attempt(&mut self, crowd: &mut Crowd, due: u64, request: String, check: Check) {
        self.attempts += 1;
        self.check(crowd, Ask::new(kind("be refused"), due, request).hidden(), check);
    }

    /// Asks for what one may have; the answer is looked into now and then.
    fn get(&mut self, crowd: &mut Crowd, name: &str, due: u64, request: String, knows: Knows) {
        let ask = Ask::new(kind(name), due, request);
        if self.made.is_multiple_of(LOOKED_INTO) {
            self.check(crowd, ask, Check::Of(knows));
        } else {
            crowd.ask(ask);
        }
    }

    fn deed(&mut self, crowd: &mut Crowd, due: u64) {
        self.made += 1;
        let desk = self.desk;
        let report = &desk.reports[self.below(desk.reports.len())];
        let (program, group) = (report.program, Some(report.program));
        // One of the team in five is a guest.
        let who = self.below(ABLE + GUESTS);
        let is_guest = who >= ABLE;
        let token = &desk.people.tokens[able(program).start + who];
        let handler = &desk.people.tokens[able(program).start + self.below(ABLE)];
        let knows = Knows { group, notes: !is_guest };
        let mut left = self.chance.number() % 100;
        let deed = DEEDS.iter().find(|(_, weight)| {
            let found = left < *weight;
            left = left.saturating_sub(*weight);
            found
        });
        match deed.map_or(Deed::Open, |(deed, _)| *deed) {
            Deed::List => self.get(crowd, "list reports", due, http::get("/reports?limit=50", token), knows),
            Deed::Count => {
                crowd.ask(Ask::new(kind("count reports"), due, http::get("/reports/counts", token)));
            }
            Deed::Open => self.open(crowd, due, report, token, knows),
            Deed::Answer => write(crowd, due, report, handler, "everyone"),
            Deed::Note => write(crowd, due, report, handler, "team"),
            Deed::WriteAsGuest => {
                let guest = &desk.people.tokens[guests(program).start + self.below(GUESTS)];
                write(crowd, due, report, guest, "guests");
            }
            Deed::Triage => {
                let severity = ["low", "medium", "high", "critical"][self.below(4)];
                let (path, body) =
                    (format!("/reports/{}", report.id), format!("{{\"severity\":\"{severity}\"}}"));
                crowd.ask(Ask::new(kind("triage"), due, http::send("PATCH", &path, handler, &body)));
            }
            Deed::Search => {
                let path = format!("/search?limit=20&q={}", secret(program));
                self.get(crowd, "search", due, http::get(&path, token), knows);
            }
            Deed::Look => {
                let request = http::forwarded(&http::get("/reports/track", &report.tracking), &report.from);
                self.get(crowd, "look as reporter", due, request, Knows { group, notes: false });
            }
            Deed::WriteAsReporter => {
                let (post, mark) = crowd.new_post(report.room, due);
                let body = format!("{{\"body\":\"{mark} {} It still is there.\"}}", secret(program));
                let request =
                    http::post("/reports/track/messages", &report.tracking, &format!("load-{post}"), &body);
                let request = http::forwarded(&request, &report.from);
                crowd.ask(Ask::new(kind("write as reporter"), due, request).posts(post));
            }
            Deed::TryToReach => self.try_to_reach(crowd, due, report),
            Deed::ListApart => {
                let request = http::get("/reports?state=all&limit=50", self.somebody_apart());
                self.check(crowd, Ask::new(kind("list and search apart"), due, request), Check::NoItems);
            }
            Deed::SearchApart => {
                let path = format!("/search?limit=20&q={}", secret(program));
                let request = http::get(&path, self.somebody_apart());
                self.check(crowd, Ask::new(kind("list and search apart"), due, request), Check::NoItems);
            }
        }
    }

    /// The report, its newest messages and the mark that they were seen, as the web app does.
    fn open(&mut self, crowd: &mut Crowd, due: u64, report: &Report, token: &str, knows: Knows) {
        let path = format!("/reports/{}", report.id);
        self.get(crowd, "open a report", due, http::get(&path, token), knows);
        let path = format!("/rooms/{}/messages?limit={PAGE}", report.id);
        self.get(crowd, "read its timeline", due, http::get(&path, token), knows);
        let body = format!("{{\"number\":{}}}", crowd.last_number(report.room));
        let request = http::send("POST", &format!("/rooms/{}/read", report.id), token, &body);
        crowd.ask(Ask::new(kind("mark read"), due, request));
    }

    fn somebody_apart(&mut self) -> &'a str {
        let apart = apart();
        let member = apart.start + self.below(apart.len());
        &self.desk.people.tokens[member]
    }

    /// Somebody tries what is not theirs.
    fn try_to_reach(&mut self, crowd: &mut Crowd, due: u64, report: &Report) {
        let desk = self.desk;
        let stranger = self.somebody_apart();
        let admin = &desk.people.tokens[apart().start + self.below(ADMINS)];
        let other = (report.program + 1 + self.below(PROGRAMS - 1)) % PROGRAMS;
        let other = &desk.people.tokens[able(other).start + self.below(ABLE)];
        let guest = &desk.people.tokens[guests(report.program).start];
        let (id, note) = (&report.id, &report.note);
        let request = match self.below(10) {
            0 => http::get(&format!("/reports/{id}"), stranger),
            1 => http::get(&format!("/rooms/{id}/messages?limit={PAGE}"), admin),
            2 => http::get(&format!("/rooms/{id}/messages?limit={PAGE}"), other),
            3 => says(report, stranger, &format!("never-{}", self.made), "everyone", "let me in"),
            4 => http::send("PATCH", &format!("/reports/{id}"), other, "{\"severity\":\"none\"}"),
            5 => http::get(&format!("/messages/{note}"), guest),
            6 => http::get(&format!("/messages/{note}/preview"), stranger),
            7 => http::get(&format!("/reports/{id}"), &desk.owner),
            8 => http::send("POST", &format!("/rooms/{id}/read"), admin, "{\"number\":3}"),
            _ => http::get(&format!("/messages/{note}/thread"), other),
        };
        self.attempt(crowd, due, request, Check::Nothing);
    }
}

/// Somebody of the team writes to a ring.
fn write(crowd: &mut Crowd, due: u64, report: &Report, token: &str, ring: &str) {
    let (post, mark) =
        if ring == "team" { crowd.new_note(report.room, due) } else { crowd.new_post(report.room, due) };
    let request = says(report, token, &format!("load-{post}"), ring, &format!("{mark} We look into it."));
    crowd.ask(Ask::new(kind("write"), due, request).posts(post));
}

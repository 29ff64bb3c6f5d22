//! The marks: a text no one else would write in everything that is somebody's, and who may ever see each.

use super::cast::Who::{self, *};

/// A marked text and who may ever see it.
pub(super) struct Canary {
    pub(super) text: String,
    pub(super) what: &'static str,
    pub(super) seen_by: &'static [Who],
}

/// A marked word of an organization: letters only, so that names, texts and addresses all take it.
pub(super) fn mark(what: &str, side: &str) -> String {
    format!("qz{what}{side}")
}

/// All marks.
pub(super) fn all() -> Vec<Canary> {
    // (what, who may see it in their own organization)
    let team: &[Who] = &[Member, TokenRead];
    let customers: &[Who] = &[Owner, Admin, Agent, TokenCustomers];
    let security: &[Who] = &[Secur, TokenSecurity];
    let table: &[(&str, &[Who])] = &[
        ("privatename", team),
        ("privatetopic", team),
        ("private", team),
        ("reply", team),
        ("filename", team),
        ("loosefile", &[Member]),
        ("direct", &[Member, Agent]),
        ("draft", &[Member]),
        // The audit record names it.
        ("tokenname", &[Member, Owner, Admin, TokenAdmin]),
        ("contactmail", &[Owner, Admin, Agent, TokenCustomers, Contact]),
        ("contactmailtwo", &[Owner, Admin, Agent, TokenCustomers, Contact2]),
        ("contact", &[Owner, Admin, Agent, TokenCustomers, Contact]),
        ("contacttwo", &[Owner, Admin, Agent, TokenCustomers, Contact2]),
        ("note", customers),
        ("draftnote", &[TokenCustomers]),
        ("title", &[Secur, TokenSecurity, Reporter]),
        ("titletwo", &[Secur, TokenSecurity, Reporter2]),
        ("report", &[Secur, TokenSecurity, Reporter]),
        ("reporttwo", &[Secur, TokenSecurity, Reporter2]),
        ("reportermail", &[Secur, TokenSecurity, Reporter]),
        ("reportnote", security),
        ("reportreply", security),
        ("draftreport", &[TokenSecurity]),
    ];
    let mut all = Vec::new();
    for (what, seen_by) in table {
        // The end of the word is part of it, or a longer one would be taken for it.
        all.push(Canary { text: mark(what, "a"), what, seen_by });
        all.push(Canary { text: mark(what, "b"), what, seen_by: &[] });
    }
    for name in ["ada", "mia", "gus", "abe", "ann", "sam", "cleo", "sue"] {
        let inside: &[Who] = &[
            Owner,
            Admin,
            Member,
            Apart,
            Agent,
            Secur,
            TokenRead,
            TokenWrite,
            TokenCustomers,
            TokenSecurity,
            TokenAdmin,
        ];
        // A guest sees their own address, of course.
        let with_guest: &[Who] = &[
            Owner,
            Admin,
            Member,
            Apart,
            Agent,
            Secur,
            TokenRead,
            TokenWrite,
            TokenCustomers,
            TokenSecurity,
            TokenAdmin,
            Guest,
        ];
        let seen_by = if name == "gus" { with_guest } else { inside };
        all.push(Canary { text: format!("{name}-a@example.org"), what: "a member's address", seen_by });
        all.push(Canary { text: format!("{name}-b@example.org"), what: "a member's address", seen_by: &[] });
    }
    all
}

//! The walk: every operation by everybody, at one's own organization, at another of the same shape, and at nothing.
//!
//! What is expected stands in `walk.golden.txt`, one row a call: read it as one reads code. `UPDATE_GOLDEN=1` writes it
//! anew. What must hold whatever the table says is asserted here. Who may what is the same code on both engines, so
//! this runs on SQLite.

mod calls;
mod canaries;
mod cast;
mod rules;
mod table;
mod world;

use crate::description;
use calls::{Body, CALLS, Call, Shot};
use cast::{Side, Who};
use portico_testkit::{Answer, Frozen, HttpApp, Limits};
use rules::Findings;
use std::{
    cell::Cell,
    collections::{BTreeSet, HashSet},
};
use table::Table;
use world::World;

/// Sends requests to a world that is as it was made, whatever the requests before did to it.
struct Walker<'a> {
    frozen: &'a Frozen<World>,
    app: Option<HttpApp>,
    // Each request comes from an address of its own, or the limits would be what is tested.
    address: Cell<u32>,
}

impl Walker<'_> {
    async fn send(&mut self, call: &Call, shot: &Shot, who: Who) -> Answer {
        if self.app.is_none() {
            self.app = Some(self.frozen.thaw().await);
        }
        let app = self.app.as_ref().expect("made above");
        let caller = match self.frozen.world.secret(who) {
            None => app.anonymous(),
            Some(secret) => app.as_token(secret),
        };
        let method = call.op.split(' ').next().unwrap_or_default();
        let n = self.address.get();
        self.address.set(n + 1);
        let ask =
            caller.ask(method, &shot.path).from(&format!("10.{}.{}.{}", n >> 16, (n >> 8) & 255, n & 255));
        let ask = match &shot.body {
            Body::None => ask,
            Body::Json(value) => ask.json(value),
            Body::Raw(kind, bytes) => ask.raw(kind, bytes.clone()),
        };
        let answer = ask.await;
        if method != "GET" && answer.status < 400 {
            self.app = None;
        }
        answer
    }
}

/// Ids as they are made, of nothing.
fn nowhere(like: &Side) -> Side {
    // An id keeps its time and its last character, which does not hold all bits; a slug keeps its form.
    let other = |text: &str| -> String {
        let last = text.len().saturating_sub(1);
        let changed = |i: usize| if text.len() == 26 { (12..last).contains(&i) } else { i == last };
        text.char_indices()
            .map(|(i, c)| {
                if !changed(i) {
                    c
                } else if c == '7' {
                    '8'
                } else {
                    '7'
                }
            })
            .collect()
    };
    let mut made = like.clone();
    for field in made.all() {
        *field = other(field);
    }
    made
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

#[test]
fn every_operation_by_everybody() {
    let frozen = Frozen::make(Limits::NONE, world::make);
    let world = &frozen.world;
    let nothing = nowhere(&world.other);
    let mut findings = Findings::default();
    let mut table = Table::default();
    runtime().block_on(async {
        let mut walker = Walker { frozen: &frozen, app: None, address: Cell::new(1) };
        for call in CALLS {
            let own = (call.aim)(&world.own, &world.own);
            let (other, none) = ((call.aim)(&world.other, &world.own), (call.aim)(&nothing, &world.own));
            for (who, name) in Who::ALL {
                let answer = walker.send(call, &own, who).await;
                findings.own(world, call, who, name, &answer);
                table.cell(call, who, &answer);
                if other == own || rules::opens_by_itself(call.op) {
                    continue;
                }
                let theirs = walker.send(call, &other, who).await;
                let nobodys = walker.send(call, &none, who).await;
                findings.other(world, call, name, (&answer, &theirs, &nobodys), (&world.other, &nothing));
            }
        }
    });
    findings.every_operation_works_for_someone();
    findings.report();
    table.compare();
}

#[test]
fn every_operation_has_a_row() {
    let rows: HashSet<&str> = CALLS.iter().map(|c| c.op).collect();
    let described: BTreeSet<String> = description::operations().into_keys().collect();
    let missing: Vec<_> = described.iter().filter(|op| !rows.contains(op.as_str())).collect();
    assert!(missing.is_empty(), "operations without a row in walk/calls.rs: {missing:#?}");
    let routes = description::routes_in_source();
    assert!(routes.len() > 8, "the routes beside the description were not found in the source: {routes:?}");
    let missing: Vec<_> =
        routes.iter().filter(|route| !rows.iter().any(|op| op.ends_with(route.as_str()))).collect();
    assert!(missing.is_empty(), "routes without a row in walk/calls.rs: {missing:#?}");
    let gone: Vec<_> = rows
        .iter()
        .filter(|op| !described.contains(**op) && !routes.iter().any(|route| op.ends_with(route.as_str())))
        .collect();
    assert!(gone.is_empty(), "rows of operations there are no more: {gone:#?}");
}

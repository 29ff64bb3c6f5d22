//! What tests share: an application over a database of its own on each engine, a clock moved by hand, dice from a seed,
//! and everything the log said so far.
//!
//! ```no_run
//! portico_testkit::each(async |t| {
//!     let org = t.org("Acme").await;
//!     let ann = t.member(&org, "Ann", portico_domain::member::Role::Member).await;
//!     assert_eq!(t.ctx(&ann).me().unwrap(), ann.id);
//! });
//! ```
//! Never shipped. A helper that fails panics: that is how a test fails.
#![warn(missing_docs)]
#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

mod app;
#[cfg(feature = "http")]
mod http;
mod people;
mod place;

pub use app::TestApp;
#[cfg(feature = "http")]
pub use http::{Answer, Ask, Caller, Frozen, HttpApp, Limits, each_http, escaped, pictures};
pub use people::{Org, Person};
pub use place::{Database, Place, administer, postgres};

/// Runs a test on SQLite, and once more on PostgreSQL where `PORTICO_TEST_POSTGRES` names a server; each time with an
/// application over a new, empty database, which is gone afterwards.
pub fn each(test: impl AsyncFn(TestApp)) {
    for place in place::all() {
        // Shown only when the test fails: which engine it was.
        eprintln!("on {place}");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let app = TestApp::open(place);
        runtime.block_on(test(app));
    }
}

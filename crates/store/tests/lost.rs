//! Connections that PostgreSQL has ended: whoever asks next is not who finds out.
#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "methods of a view that borrows are no function for every lifetime"
)]

use portico_domain::organization::Organization;
use portico_store::{Db, Engine, Options};
use portico_types::{Id, Millis, OrganizationId};

#[test]
fn the_first_who_asks_after_an_outage_is_answered() {
    let Ok(server) = std::env::var("PORTICO_TEST_POSTGRES") else { return };
    let mut admin = postgres::Client::connect(&server, postgres::NoTls).unwrap();
    let name = format!("store_{}_lost", std::process::id());
    admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).unwrap();
    admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let options = Options { lanes: 1, readers: 1, ..Options::new(Engine::Postgres(url)) };
    let db = Db::open(&options, |_| ()).unwrap();
    let row = Organization { id: OrganizationId(Id([1; 16])), slug: "a".into(), name: "A".into() };
    let tenant =
        runtime.block_on(db.write_instance(move |tx| tx.create_organization(&row, Millis(1)))).unwrap();
    for _ in 0..3 {
        let ours = format!(
            "SELECT COUNT(*), COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}'"
        );
        while admin.query_one(&ours, &[]).unwrap().get::<_, i64>(0) > 0 {}
        runtime.block_on(db.read(tenant, |read| read.last_event())).unwrap();
        runtime.block_on(db.write(tenant, 0, |tx| tx.last_event())).unwrap();
    }
    drop(db);
    admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).unwrap();
}

//! Running commands and queries: the idempotency key around them, the audit record of what was denied after them.

use crate::{Command, Ctx, Query, Record};
use portico_domain::audit::Outcome;
use portico_policy::Actor;
use portico_store::{Db, Replay, Tx};
use portico_types::{Clock, ErrorCode, Result, Rng, TenantId};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// The application: its database, its clock, its dice. Cheap to clone.
#[derive(Clone)]
pub struct App {
    db: Db,
    clock: Arc<dyn Clock>,
    rng: Arc<Mutex<dyn Rng + Send>>,
    // Argon2 takes 19 MiB and a core for a while each: more at once would only be slower, and a way to starve the rest.
    pub(crate) hashing: Arc<Semaphore>,
}

impl App {
    /// An application over an open database.
    pub fn new(db: Db, clock: Arc<dyn Clock>, rng: impl Rng + Send + 'static) -> Self {
        Self { db, clock, rng: Arc::new(Mutex::new(rng)), hashing: Arc::new(Semaphore::new(2)) }
    }

    /// The database, for the hub and the workers.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// A context of this moment.
    pub fn ctx(&self, tenant: TenantId, actor: Actor) -> Ctx {
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        Ctx::new(tenant, actor, self.clock.now(), &mut *rng)
    }

    /// Runs a command; answers after its commit is durable.
    pub async fn run<C: Command>(&self, ctx: Ctx, command: C) -> Result<C::Out> {
        let (tenant, lane) = (ctx.tenant, command.lane());
        let after = (C::AUDITED, ctx.clone());
        let key = ctx.key.as_ref().map(|key| (ctx.actor.key(), key.name_for(&ctx.actor)));
        let outcome = self
            .db
            .write_once(tenant, lane, key, move |tx| {
                ctx.rewind();
                once(&ctx, tx, &command)
            })
            .await;
        if let (Err(e), (Some(action), ctx)) = (&outcome, after)
            && e.code() == ErrorCode::Forbidden
        {
            // The command's own transaction is gone; who was turned away is recorded in one of its own.
            let ctx = Ctx { key: None, ..ctx };
            let noted = self
                .db
                .write(tenant, lane, move |tx| {
                    ctx.rewind();
                    Record::of(action).outcome(Outcome::Denied).write(&ctx, tx)
                })
                .await;
            if let Err(e) = noted {
                tracing::error!(error = %e, action, "a denied attempt could not be recorded");
            }
        }
        outcome
    }

    /// Runs a query in one snapshot.
    pub async fn ask<Q: Query>(&self, ctx: Ctx, query: Q) -> Result<Q::Out> {
        self.db.read(ctx.tenant, move |read| query.run(&ctx, read)).await
    }
}

fn once<C: Command>(ctx: &Ctx, tx: &mut Tx<'_>, command: &C) -> Result<C::Out> {
    let Some(key) = &ctx.key else { return command.run(ctx, tx) };
    let (actor, name) = (ctx.actor.key(), key.name_for(&ctx.actor));
    match tx.replay(actor, &name, &key.fingerprint)? {
        Replay::Made(made) => command.recall(ctx, tx, &made),
        Replay::New => {
            let out = command.run(ctx, tx)?;
            tx.remember(actor, &name, &key.fingerprint, &command.remember(&out)?, ctx.now)?;
            Ok(out)
        }
    }
}

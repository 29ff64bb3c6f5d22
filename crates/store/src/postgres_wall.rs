//! The second wall on PostgreSQL: row-level security under a role that owns nothing.
//!
//! The first wall is that every statement binds its tenant. Should one ever forget, the engine itself shows no row of
//! another organization: the policy compares with a setting that lives as long as the transaction.

use crate::postgres::Postgres;
use portico_types::{Error, Result, TenantId};

/// The role statements run under.
const ROLE: &str = "portico_app";

/// Text that enters a tenant for the rest of the transaction, or leaves all of them.
pub(crate) fn enter(tenant: Option<TenantId>) -> String {
    format!("SET LOCAL portico.tenant = '{}'", tenant.map_or(0, |t| t.0))
}

/// Raises the wall. Idempotent; runs as the connecting user after migrations.
pub(crate) fn raise(c: &mut Postgres) -> Result<()> {
    let fail = |e: tokio_postgres::Error| crate::dialect::pg_error(&e);
    let tables = c
        .query(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
             WHERE n.nspname = current_schema() AND c.relkind = 'r' AND NOT c.relforcerowsecurity",
            &[],
        )
        .map_err(fail)?;
    for row in tables {
        let table: String = row.get(0);
        if super::migrate::INSTANCE_TABLES.contains(&table.as_str()) {
            continue;
        }
        c.batch(&format!(
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
             CREATE POLICY tenant_wall ON {table} USING (tenant_id = NULLIF(current_setting('portico.tenant', true), '')::bigint);"
        ))
        .map_err(fail)?;
    }
    // Roles belong to the whole cluster, so another server may be making it at this very moment.
    let mut tries = 0;
    loop {
        let made = c.batch(&format!(
            "DO $$ BEGIN
               IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN CREATE ROLE {ROLE} NOLOGIN; END IF;
               IF NOT pg_has_role(current_user, '{ROLE}', 'member') THEN EXECUTE 'GRANT {ROLE} TO ' || quote_ident(current_user); END IF;
             END $$;
             GRANT USAGE ON SCHEMA public TO {ROLE};
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE};"
        ));
        match made {
            Ok(()) => return Ok(()),
            Err(e) if tries < 20 && e.as_db_error().is_some() => {
                // Not allowed to make roles: the forced policies still bind this user, unless it is a superuser.
                if e.as_db_error().is_some_and(|d| d.code().code() == "42501") {
                    return refuse_superuser(c);
                }
                tries += 1;
            }
            Err(e) => return Err(fail(e)),
        }
    }
}

fn refuse_superuser(c: &mut Postgres) -> Result<()> {
    let rows = c
        .query("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user", &[])
        .map_err(|e| crate::dialect::pg_error(&e))?;
    if rows.first().is_none_or(|row| row.get::<_, bool>(0)) {
        return Err(Error::internal(
            "this database user bypasses row-level security and may not make the role portico_app",
        ));
    }
    Ok(())
}

/// Steps down to the role, for a connection that serves statements.
pub(crate) fn step_down(c: &mut Postgres) -> Result<()> {
    c.batch(&format!(
        "DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') AND pg_has_role(current_user, '{ROLE}', 'member')
         THEN EXECUTE 'SET ROLE {ROLE}'; END IF; END $$;"
    ))
    .map_err(|e| crate::dialect::pg_error(&e))
}

//! Statements that are bound, and planted ones that are not.

use super::*;

fn tables() -> Tables {
    let mut tables = Tables::default();
    tables.read(
        "CREATE TABLE room (tenant_id INT, id INT); CREATE TABLE message (tenant_id INT, id INT);
         CREATE TABLE member (tenant_id INT, id INT); CREATE TABLE job (id INT, tenant_id INT);
         CREATE TABLE schema_step (version INT);
         CREATE VIRTUAL TABLE terms USING fts5(terms); CREATE TABLE terms (tenant_id INT, message_id INT);",
    );
    tables
}

fn verdict(sql: &str) -> Verdict<'_> {
    judge(sql, &tables(), false)
}

fn assert_bound(statements: &[&str]) {
    for sql in statements {
        assert_eq!(verdict(sql), Verdict::Bound, "{sql}");
    }
}

fn assert_wrong(statements: &[&str]) {
    for sql in statements {
        assert!(matches!(verdict(sql), Verdict::Wrong(_)), "{sql}: {:?}", verdict(sql));
    }
}

#[test]
fn reads_are_bound_for_every_table() {
    assert_bound(&[
        "SELECT id FROM room WHERE tenant_id = $1 AND id = $2",
        "SELECT id FROM room WHERE tenant_id=$1",
        "SELECT r.id FROM room r JOIN message m ON m.tenant_id = r.tenant_id AND m.room = r.id WHERE r.tenant_id = $1",
        "SELECT r.id FROM room AS r, message m WHERE r.tenant_id = $1 AND m.tenant_id = $1",
        "SELECT r.id FROM room r JOIN message m USING (tenant_id, room_id) WHERE r.tenant_id = $1",
        "SELECT id FROM room WHERE (tenant_id, id) = ($1, $2)",
        "SELECT id FROM room WHERE tenant_id = $1 AND EXISTS (SELECT 1 FROM member WHERE tenant_id = $1)",
        "WITH mine AS (SELECT id FROM room WHERE tenant_id = $1) SELECT id FROM mine",
        "SELECT {COLUMNS} FROM room WHERE tenant_id = $1 FOR UPDATE SKIP LOCKED",
        "SELECT id FROM room WHERE tenant_id = $1 AND topic IS DISTINCT FROM member",
    ]);
    assert_wrong(&[
        "SELECT id FROM room",
        "SELECT id FROM room WHERE id = $1",
        "SELECT id FROM room WHERE tenant_id = $2",
        "SELECT id FROM room WHERE tenant_id = $10",
        "SELECT tenant_id, id FROM room WHERE id = $1",
        "SELECT id FROM room WHERE id = $2 /* tenant_id = $1 */",
        "SELECT id FROM room WHERE name = 'tenant_id = $1'",
        "SELECT r.id FROM room r JOIN message m ON m.room = r.id WHERE r.tenant_id = $1",
        "SELECT r.id FROM room r, message m WHERE r.tenant_id = $1",
        "SELECT r.id FROM room r JOIN message m ON m.tenant_id = r.tenant_id",
        "SELECT id FROM room WHERE tenant_id = $1 AND EXISTS (SELECT 1 FROM member WHERE id = $2)",
        "SELECT version FROM schema_step UNION SELECT id FROM room",
        " JOIN message m ON m.room = r.id",
    ]);
}

#[test]
fn changes_are_bound() {
    assert_bound(&[
        "UPDATE room SET name = $2 WHERE tenant_id = $1 AND id = $3",
        "UPDATE OR IGNORE room SET name = $2 WHERE tenant_id = $1",
        "DELETE FROM room WHERE tenant_id = $1 AND id = $2",
        "INSERT INTO room (tenant_id, id) VALUES ($1, $2)",
        "INSERT INTO room (tenant_id, id) VALUES ($1, $2), ($1, $3)",
        "INSERT OR REPLACE INTO room (tenant_id, id) VALUES ($1, lower($2, $3))",
        "INSERT INTO job (id, tenant_id) VALUES ($2, $1)",
        "INSERT INTO room (tenant_id, id) VALUES ($1, $2) ON CONFLICT (tenant_id, id) DO UPDATE SET name = $2",
        "INSERT INTO room (tenant_id, id) SELECT $1, id FROM message WHERE tenant_id = $1",
        "INSERT INTO room (tenant_id, id) SELECT m.tenant_id, max(m.id, 2) FROM message m WHERE m.tenant_id = $1",
    ]);
    assert_wrong(&[
        "UPDATE room SET name = $2 WHERE id = $1",
        "UPDATE room SET tenant_id = $1 WHERE id = $2",
        "DELETE FROM room",
        "INSERT INTO room VALUES ($1, $2)",
        "INSERT INTO room (id) VALUES ($1)",
        "INSERT INTO room (tenant_id, id) VALUES ($2, $1)",
        "INSERT INTO room (tenant_id, id) VALUES ($1, $2), ($3, $1)",
        "INSERT INTO job (id, tenant_id) VALUES ($1, $2)",
        "INSERT INTO room (tenant_id, id) SELECT m.id, $1 FROM message m WHERE m.tenant_id = $1",
        "INSERT INTO room (tenant_id, id) SELECT $1, id FROM message",
        "INSERT INTO room (tenant_id, id) DEFAULT VALUES",
    ]);
}

#[test]
fn rows_made_by_the_program_must_be_bound_ones() {
    let sql = "INSERT INTO room (tenant_id, id) VALUES {}";
    assert_eq!(judge(sql, &tables(), true), Verdict::Bound);
    assert!(matches!(judge(sql, &tables(), false), Verdict::Wrong(_)));
    let other_place = "INSERT INTO job (id, tenant_id) VALUES {}";
    assert!(matches!(judge(other_place, &tables(), true), Verdict::Wrong(_)));
    assert!(is_bound_row("($1,${},${})"));
    assert!(!is_bound_row("(${},$1)") && !is_bound_row("($10, 2)") && !is_bound_row("text"));
}

#[test]
fn an_index_without_tenants_is_reached_through_a_bound_table_only() {
    assert_bound(&[
        "DELETE FROM terms WHERE rowid = (SELECT m.rowid FROM message m WHERE m.tenant_id = $1 AND m.id = $2)",
        "INSERT INTO terms (rowid, terms) SELECT m.rowid, $3 FROM message m WHERE m.tenant_id = $1 AND m.id = $2",
        "SELECT m.id FROM terms t JOIN message m ON m.rowid = t.rowid WHERE m.tenant_id = $1",
        "INSERT INTO terms (tenant_id, message_id) VALUES ($1, $2)",
    ]);
    assert_wrong(&[
        "DELETE FROM terms WHERE rowid = $1",
        "INSERT INTO terms (rowid, terms) VALUES ($1, $2)",
        "INSERT INTO terms (rowid, terms) SELECT m.rowid, $3 FROM message m WHERE m.id = $2",
    ]);
}

#[test]
fn other_texts_are_let_be() {
    for text in [
        "",
        "the room could not be read from the message",
        "SELECT version FROM schema_step",
        "CREATE TABLE room (tenant_id INT)",
        "select a room from the list",
        "update the settings",
        "room",
    ] {
        assert_eq!(verdict(text), Verdict::NotSql, "{text}");
    }
}

#[test]
fn sql_in_small_letters_does_not_slip_by() {
    assert_wrong(&[
        "select id from room where id = $1",
        "delete from room where id = $1",
        "insert into room (id) values ($1)",
        "update room set name = $1 where id = $2",
    ]);
}

#[test]
fn an_instance_statement_names_itself_at_its_beginning() {
    assert_eq!(
        verdict("/* instance: claim a job */ UPDATE job SET state = 1"),
        Verdict::Instance("claim a job")
    );
    assert_wrong(&[
        "UPDATE job SET state = 1 /* instance: too late */",
        "/* claim */ UPDATE job SET state = 1",
    ]);
}

-- The house: organizations, people, rooms, messages, the log, jobs, audit, and the three desks.
-- {int} {text} {bytes} {row_id} become the engine's own types; `-- only:` opens a section for one engine, `-- all` ends it.
-- Tables with tenant_id belong to one organization and are walled (row-level security on PostgreSQL); those marked
-- `instance` are looked up before the organization is known.

-- instance
CREATE TABLE tenant (
  tenant_id {int} NOT NULL PRIMARY KEY, id {bytes} NOT NULL UNIQUE, slug {text} NOT NULL UNIQUE, name {text} NOT NULL,
  seq {int} NOT NULL, settings {text} NOT NULL, created_at {int} NOT NULL
);
-- instance
CREATE TABLE instance_setting (key {text} NOT NULL PRIMARY KEY, value {text} NOT NULL);
-- instance
CREATE TABLE credential (
  hash {bytes} NOT NULL PRIMARY KEY, tenant_id {int} NOT NULL REFERENCES tenant, kind {int} NOT NULL, subject_id {bytes} NOT NULL,
  owner_id {bytes} NOT NULL, expires_at {int}
);
CREATE INDEX credential_subject ON credential (tenant_id, subject_id);
CREATE INDEX credential_expiry ON credential (expires_at);
-- instance
CREATE TABLE login (
  email {text} NOT NULL, tenant_id {int} NOT NULL REFERENCES tenant, member_id {bytes} NOT NULL, PRIMARY KEY (email, tenant_id)
);
-- instance
CREATE TABLE public_name (
  kind {int} NOT NULL, name {text} NOT NULL, tenant_id {int} NOT NULL REFERENCES tenant, subject_id {bytes} NOT NULL,
  PRIMARY KEY (kind, name)
);
-- instance
CREATE TABLE job (
  id {bytes} NOT NULL PRIMARY KEY, tenant_id {int} NOT NULL REFERENCES tenant, kind {text} NOT NULL, payload {text} NOT NULL,
  run_at {int} NOT NULL, attempts {int} NOT NULL, state {int} NOT NULL, locked_until {int}, last_error {text}, created_at {int} NOT NULL
);
CREATE INDEX job_due ON job (state, run_at);
-- instance. Attempts to sign in, by the hash of an address or account: when all of them are forgotten.
CREATE TABLE attempt (key {bytes} NOT NULL PRIMARY KEY, free_at {int} NOT NULL);
CREATE INDEX attempt_age ON attempt (free_at);

CREATE TABLE counter (
  tenant_id {int} NOT NULL REFERENCES tenant, kind {text} NOT NULL, last {int} NOT NULL, PRIMARY KEY (tenant_id, kind)
);
CREATE TABLE member (
  tenant_id {int} NOT NULL REFERENCES tenant, id {bytes} NOT NULL, display_id {int} NOT NULL, kind {int} NOT NULL,
  handle {text} NOT NULL, name {text} NOT NULL, email {text}, password {text}, role {int} NOT NULL, suspended {int} NOT NULL,
  picture {bytes}, time_zone {text} NOT NULL, language {text} NOT NULL, status_text {text} NOT NULL, status_emoji {text} NOT NULL,
  presence {int} NOT NULL, preferences {text} NOT NULL, created_at {int} NOT NULL,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, handle), UNIQUE (tenant_id, display_id)
);
CREATE TABLE session (
  tenant_id {int} NOT NULL, id {bytes} NOT NULL, member_id {bytes} NOT NULL, hash {bytes} NOT NULL, csrf {text} NOT NULL,
  created_at {int} NOT NULL, last_seen_at {int} NOT NULL, expires_at {int} NOT NULL, user_agent {text} NOT NULL, ip {text} NOT NULL,
  PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id)
);
CREATE INDEX session_member ON session (tenant_id, member_id);
CREATE TABLE token (
  tenant_id {int} NOT NULL, id {bytes} NOT NULL, member_id {bytes} NOT NULL, hash {bytes} NOT NULL, name {text} NOT NULL,
  scopes {int} NOT NULL, created_at {int} NOT NULL, expires_at {int}, last_used_at {int},
  PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id)
);
CREATE INDEX token_member ON token (tenant_id, member_id);
CREATE TABLE invite (
  tenant_id {int} NOT NULL REFERENCES tenant, id {bytes} NOT NULL, hash {bytes} NOT NULL, role {int} NOT NULL, created_by {bytes} NOT NULL,
  created_at {int} NOT NULL, expires_at {int} NOT NULL, uses_left {int} NOT NULL, channel_ids {text} NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE TABLE team (
  tenant_id {int} NOT NULL REFERENCES tenant, id {bytes} NOT NULL, display_id {int} NOT NULL, handle {text} NOT NULL, name {text} NOT NULL,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, handle)
);
-- Every group of people: a room's, an inbox's, a program's, a team's. group_kind as in domain::room::GroupKind.
CREATE TABLE membership (
  tenant_id {int} NOT NULL, group_id {bytes} NOT NULL, member_id {bytes} NOT NULL, group_kind {int} NOT NULL, role {int} NOT NULL,
  joined_at {int} NOT NULL,
  PRIMARY KEY (tenant_id, group_id, member_id), FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id)
);
CREATE INDEX membership_member ON membership (tenant_id, member_id, group_kind, group_id);

CREATE TABLE room (
  tenant_id {int} NOT NULL REFERENCES tenant, id {bytes} NOT NULL, kind {int} NOT NULL, name {text} NOT NULL, handle {text},
  visibility {int}, topic {text} NOT NULL, purpose {text} NOT NULL, team_id {bytes}, people {text} NOT NULL, direct_key {bytes},
  member_count {int} NOT NULL, archived_at {int}, last_number {int} NOT NULL, root_count {int} NOT NULL, outside_count {int} NOT NULL,
  last_at {int} NOT NULL, created_at {int} NOT NULL, created_by {bytes}, audience_id {bytes} NOT NULL, outside_id {bytes},
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, handle), UNIQUE (tenant_id, direct_key)
);
CREATE INDEX room_kind ON room (tenant_id, kind, visibility, name, id);
CREATE TABLE room_state (
  tenant_id {int} NOT NULL, room_id {bytes} NOT NULL, member_id {bytes} NOT NULL, read_number {int} NOT NULL, read_roots {int} NOT NULL,
  mentions {int} NOT NULL, muted {int} NOT NULL, starred {int} NOT NULL, notify {int} NOT NULL,
  PRIMARY KEY (tenant_id, room_id, member_id), FOREIGN KEY (tenant_id, room_id) REFERENCES room (tenant_id, id)
);
CREATE TABLE message (
  row_id {row_id}, tenant_id {int} NOT NULL, id {bytes} NOT NULL, room_id {bytes} NOT NULL, number {int} NOT NULL, root_number {int} NOT NULL,
  outside_number {int}, author_kind {int} NOT NULL, author_id {bytes}, author_name {text} NOT NULL, ring {int} NOT NULL,
  thread_id {bytes}, body_kind {int} NOT NULL, body {text} NOT NULL, html {text} NOT NULL, mentions {text} NOT NULL,
  created_at {int} NOT NULL, edited_at {int}, version {int} NOT NULL, client_key {text}, file_count {int} NOT NULL,
  reaction_count {int} NOT NULL, reply_count {int} NOT NULL, last_reply_at {int} NOT NULL, participants {text} NOT NULL,
  UNIQUE (tenant_id, id), UNIQUE (tenant_id, room_id, number), FOREIGN KEY (tenant_id, room_id) REFERENCES room (tenant_id, id)
);
CREATE INDEX message_thread ON message (tenant_id, thread_id, number) WHERE thread_id IS NOT NULL;
CREATE TABLE message_edit (
  tenant_id {int} NOT NULL, message_id {bytes} NOT NULL, version {int} NOT NULL, body {text} NOT NULL, at {int} NOT NULL,
  PRIMARY KEY (tenant_id, message_id, version), FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
);
CREATE TABLE mention (
  tenant_id {int} NOT NULL, member_id {bytes} NOT NULL, message_id {bytes} NOT NULL, room_id {bytes} NOT NULL, at {int} NOT NULL,
  PRIMARY KEY (tenant_id, member_id, message_id), FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
);
CREATE TABLE reaction (
  tenant_id {int} NOT NULL, message_id {bytes} NOT NULL, emoji {text} NOT NULL, member_id {bytes} NOT NULL, room_id {bytes} NOT NULL,
  number {int} NOT NULL, at {int} NOT NULL,
  PRIMARY KEY (tenant_id, message_id, emoji, member_id), FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
);
CREATE INDEX reaction_room ON reaction (tenant_id, room_id, number);
CREATE TABLE thread_state (
  tenant_id {int} NOT NULL, message_id {bytes} NOT NULL, member_id {bytes} NOT NULL, room_id {bytes} NOT NULL, following {int} NOT NULL,
  read_number {int} NOT NULL, read_replies {int} NOT NULL, mentions {int} NOT NULL, last_at {int} NOT NULL,
  PRIMARY KEY (tenant_id, message_id, member_id), FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
);
CREATE INDEX thread_state_member ON thread_state (tenant_id, member_id, following, last_at);
CREATE TABLE saved (
  tenant_id {int} NOT NULL, member_id {bytes} NOT NULL, message_id {bytes} NOT NULL, at {int} NOT NULL,
  PRIMARY KEY (tenant_id, member_id, message_id), FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
);
CREATE TABLE draft (
  tenant_id {int} NOT NULL, member_id {bytes} NOT NULL, place_id {bytes} NOT NULL, room_id {bytes} NOT NULL, thread_id {bytes},
  body {text} NOT NULL, updated_at {int} NOT NULL,
  PRIMARY KEY (tenant_id, member_id, place_id), FOREIGN KEY (tenant_id, room_id) REFERENCES room (tenant_id, id)
);
CREATE TABLE file (
  tenant_id {int} NOT NULL REFERENCES tenant, id {bytes} NOT NULL, room_id {bytes}, message_id {bytes}, number {int}, owner_kind {int} NOT NULL,
  owner_id {bytes} NOT NULL, name {text} NOT NULL, kind {text} NOT NULL, size {int} NOT NULL, sha256 {bytes} NOT NULL, width {int}, height {int},
  thumb_sha256 {bytes}, thumb_kind {text}, created_at {int} NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX file_room ON file (tenant_id, room_id, number);
CREATE INDEX file_bytes ON file (tenant_id, sha256);
CREATE INDEX file_thumb ON file (tenant_id, thumb_sha256);

CREATE TABLE event (
  tenant_id {int} NOT NULL, seq {int} NOT NULL, room_id {bytes}, audience_kind {int} NOT NULL, audience_id {bytes}, ring {int} NOT NULL,
  outside_id {bytes}, body {text} NOT NULL, at {int} NOT NULL,
  PRIMARY KEY (tenant_id, seq)
);
CREATE INDEX event_room ON event (tenant_id, room_id, at);
CREATE TABLE idempotency (
  tenant_id {int} NOT NULL, actor_id {bytes} NOT NULL, key {text} NOT NULL, fingerprint {bytes} NOT NULL, made {text} NOT NULL, at {int} NOT NULL,
  PRIMARY KEY (tenant_id, actor_id, key)
);
CREATE INDEX idempotency_age ON idempotency (tenant_id, at);
CREATE TABLE audit (
  tenant_id {int} NOT NULL, id {bytes} NOT NULL, at {int} NOT NULL, actor_kind {text} NOT NULL, actor_id {bytes}, actor_name {text} NOT NULL,
  action {text} NOT NULL, target_kind {text}, target_id {bytes}, target_name {text}, outcome {int} NOT NULL, detail {text} NOT NULL, ip {text},
  program_id {bytes},
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE inbox (
  tenant_id {int} NOT NULL REFERENCES tenant, id {bytes} NOT NULL, display_id {int} NOT NULL, kind {int} NOT NULL, name {text} NOT NULL,
  key {text} NOT NULL, settings {text} NOT NULL, identity_secret {text}, team_id {bytes}, created_at {int} NOT NULL,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, display_id)
);
CREATE TABLE contact (
  tenant_id {int} NOT NULL REFERENCES tenant, id {bytes} NOT NULL, display_id {int} NOT NULL, inbox_id {bytes} NOT NULL, name {text} NOT NULL,
  folded {text} NOT NULL, email {text}, phone {text}, identifier {text}, verified {int} NOT NULL, attributes {text} NOT NULL, locale {text} NOT NULL,
  time_zone {text}, page {text}, created_at {int} NOT NULL, last_seen_at {int} NOT NULL, blocked {int} NOT NULL,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, display_id), UNIQUE (tenant_id, inbox_id, identifier),
  FOREIGN KEY (tenant_id, inbox_id) REFERENCES inbox (tenant_id, id)
);
CREATE INDEX contact_seen ON contact (tenant_id, last_seen_at, id);
CREATE TABLE conversation (
  tenant_id {int} NOT NULL, id {bytes} NOT NULL, display_id {int} NOT NULL, inbox_id {bytes} NOT NULL, contact_id {bytes} NOT NULL,
  status {int} NOT NULL, assignee_id {bytes}, team_id {bytes}, priority {int} NOT NULL, snoozed_until {int}, waiting_since {int},
  last_text {text}, last_author_kind {int}, last_author_name {text}, last_ring {int}, last_message_at {int},
  contact_read_number {int} NOT NULL, seen_number {int} NOT NULL, created_at {int} NOT NULL, last_at {int} NOT NULL,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, display_id), FOREIGN KEY (tenant_id, id) REFERENCES room (tenant_id, id),
  FOREIGN KEY (tenant_id, inbox_id) REFERENCES inbox (tenant_id, id), FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX conversation_list ON conversation (tenant_id, status, last_at, id);
CREATE INDEX conversation_newest ON conversation (tenant_id, last_at, id);
CREATE INDEX conversation_contact ON conversation (tenant_id, contact_id, last_at);
CREATE INDEX conversation_assignee ON conversation (tenant_id, assignee_id, status);

CREATE TABLE program (
  tenant_id {int} NOT NULL REFERENCES tenant, id {bytes} NOT NULL, display_id {int} NOT NULL, slug {text} NOT NULL, name {text} NOT NULL,
  prefix {text} NOT NULL, intro {text} NOT NULL, settings {text} NOT NULL, policy_version {int} NOT NULL, intake {int} NOT NULL,
  report_count {int} NOT NULL, created_at {int} NOT NULL,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, slug), UNIQUE (tenant_id, prefix)
);
CREATE TABLE policy_version (
  tenant_id {int} NOT NULL, program_id {bytes} NOT NULL, version {int} NOT NULL, text {text} NOT NULL, html {text} NOT NULL, at {int} NOT NULL,
  PRIMARY KEY (tenant_id, program_id, version), FOREIGN KEY (tenant_id, program_id) REFERENCES program (tenant_id, id)
);
CREATE TABLE report (
  tenant_id {int} NOT NULL, id {bytes} NOT NULL, display_id {int} NOT NULL, program_id {bytes} NOT NULL, reporter_id {bytes} NOT NULL,
  title {text} NOT NULL, reporter_name {text} NOT NULL, reporter_email {text}, reporter_link {text}, wants_credit {int} NOT NULL,
  state {int} NOT NULL, close_reason {int}, assignee_id {bytes}, severity {int}, versions {text} NOT NULL, policy_version {int} NOT NULL,
  received_at {int} NOT NULL, last_at {int} NOT NULL,
  PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, program_id, display_id), FOREIGN KEY (tenant_id, id) REFERENCES room (tenant_id, id),
  FOREIGN KEY (tenant_id, program_id) REFERENCES program (tenant_id, id)
);
CREATE INDEX report_list ON report (tenant_id, program_id, state, last_at, id);

-- only: sqlite
CREATE VIRTUAL TABLE message_terms USING fts5(terms, tags, content='', contentless_delete=1, tokenize="ascii");
-- only: postgres
CREATE TABLE message_terms (
  tenant_id BIGINT NOT NULL, message_id BYTEA NOT NULL, terms tsvector NOT NULL, tags tsvector NOT NULL,
  PRIMARY KEY (tenant_id, message_id), FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
);
CREATE INDEX message_terms_gin ON message_terms USING GIN (terms, tags);
-- all

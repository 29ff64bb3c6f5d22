-- What one person or contact has, found without looking at what everybody has.
CREATE INDEX room_state_member ON room_state (tenant_id, member_id, room_id);
CREATE INDEX conversation_of_contact ON conversation (tenant_id, contact_id, last_at, id);
DROP INDEX conversation_contact;
CREATE INDEX mention_of_message ON mention (tenant_id, message_id, member_id);
DROP INDEX mention_message;
-- Uploads that are on no message yet, which are few.
CREATE INDEX file_loose ON file (tenant_id, owner_id) WHERE message_id IS NULL;
CREATE INDEX member_picture ON member (tenant_id, picture) WHERE picture IS NOT NULL;
CREATE INDEX member_admin ON member (tenant_id, role) WHERE role >= 2;

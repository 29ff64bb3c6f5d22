-- Deleting a message takes away whom it called and who saved it: without these, by looking at all there are.
CREATE INDEX mention_message ON mention (tenant_id, message_id);
CREATE INDEX saved_message ON saved (tenant_id, message_id);

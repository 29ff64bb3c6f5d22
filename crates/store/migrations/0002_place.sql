-- What belongs to the place where a database is, and not to what is kept in it: no backup, restore or move copies it.

-- instance. Which life of the logs this is. No row while they are as they began; a restore or a move begins another.
CREATE TABLE history (epoch {int} NOT NULL PRIMARY KEY);
-- instance. The scheduled backup, one row once a node has looked: who makes it and until when that holds, the last good
-- one, the last failure.
CREATE TABLE backup_schedule (
  id {int} NOT NULL PRIMARY KEY, holder {bytes}, held_until {int}, tried_at {int}, good_at {int}, good_size {int}, good_name {text},
  failed_at {int}, failure {text}
);

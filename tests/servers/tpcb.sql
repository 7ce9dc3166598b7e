-- SPDX-License-Identifier: GPL-2.0-only
-- What pgbench does by itself (tpcb-like), with fewer accounts.
\set aid random(1, 1000)
\set bid random(1, 2)
\set tid random(1, 20)
\set delta random(-5000, 5000)
begin;
update pgbench_accounts set abalance = abalance + :delta where aid = :aid;
select abalance from pgbench_accounts where aid = :aid;
update pgbench_tellers set tbalance = tbalance + :delta where tid = :tid;
update pgbench_branches set bbalance = bbalance + :delta where bid = :bid;
insert into pgbench_history (tid, bid, aid, delta, mtime) values (:tid, :bid, :aid, :delta, current_timestamp);
end;

-- SPDX-License-Identifier: GPL-2.0-only
-- pgbench's tables, with fewer accounts than pgbench -i makes.
alter role postgres password 'secret';
create table pgbench_branches (bid int primary key, bbalance int, filler char(88)) with (fillfactor = 100);
create table pgbench_tellers (tid int primary key, bid int, tbalance int, filler char(84)) with (fillfactor = 100);
create table pgbench_accounts (aid int primary key, bid int, abalance int, filler char(84)) with (fillfactor = 100);
create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
insert into pgbench_branches select n, 0 from generate_series(1, 2) n;
insert into pgbench_tellers select n, 1 + n % 2, 0 from generate_series(1, 20) n;
insert into pgbench_accounts select n, 1 + n % 2, 0 from generate_series(1, 1000) n;

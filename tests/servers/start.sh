#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In the VE: starts Debian's PostgreSQL, with pgbench's tables in it, sshd and
# rsyslog, as their packages have them.
set -e
cd /
mkdir -p /run/sshd
rsyslogd
/usr/sbin/sshd
version=$(cd /etc/postgresql && echo *)
pg_ctlcluster "$version" main start
runuser -u postgres -- psql -q -v ON_ERROR_STOP=1 -f "$(dirname "$0")/tables.sql"

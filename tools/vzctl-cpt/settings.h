/* SPDX-License-Identifier: GPL-2.0-only */
/* What create and set can put into VEID.conf: one table, in settings.c. */
#ifndef VZ_SETTINGS_H
#define VZ_SETTINGS_H

#include "opts.h"
#include "ve.h"

/* For a command's table of options. */
#define SETTINGS_OPTS \
	{ .name = "hostname", .takes_value = true }, \
	{ .name = "name", .takes_value = true }, \
	{ .name = "description", .takes_value = true }, \
	{ .name = "onboot", .takes_value = true }, \
	{ .name = "init", .takes_value = true }, \
	{ .name = "ipadd", .takes_value = true, .many = true }, \
	{ .name = "ipdel", .takes_value = true, .many = true }

/* Checks the values given and puts them into ve->conf: an enum vz_error. */
int settings_store(struct ve *ve, const struct opt *opts, size_t nr);
/* Writes VEID.conf. */
int settings_save(const struct ve *ve);

#endif /* VZ_SETTINGS_H */

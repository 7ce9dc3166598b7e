/* SPDX-License-Identifier: GPL-2.0-only */
/* The network of a VE: venet0 inside, vz<VEID> outside, routes to its addresses. */
#ifndef VZ_NET_H
#define VZ_NET_H

#include "ve.h"

/* All return 0 or an enum vz_error after a message. */

/* A list of IP addresses, separated by blanks? */
bool net_valid_addresses(const char *list);
/* The list with those of @add, without those of @del ("all": every one). To be freed. */
char *net_merge(const char *list, const char *add, const char *del);
/* Makes the devices and gives the VE its addresses (IP_ADDRESS). */
int net_start(const struct ve *ve, const struct ve_init *init);
/* The VE's addresses become @new; they were @old. */
int net_change(const struct ve *ve, const struct ve_init *init, const char *old, const char *new);
/* The outer end of a VE that the kernel has restored. */
int net_restored(const struct ve *ve);
/*
 * What is sent to the VE's addresses from now on, while it has no device, is
 * thrown away without an answer: between a dump and the restore.
 */
void net_silence(const struct ve *ve);
void net_unsilence(const struct ve *ve);

#endif /* VZ_NET_H */

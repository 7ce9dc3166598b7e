/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RST_NFT_H
#define _RST_NFT_H

#include "rst.h"

#include "../kernel/nft.h"

struct vz_nft_msg rst_nft_msg(const struct vz_rec *rec);

/* Each part of the rule set that was made gets its handle. */
int rst_nft_handles(struct vz_context *ctx);

#endif

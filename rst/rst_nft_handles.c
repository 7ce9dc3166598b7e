// SPDX-License-Identifier: GPL-2.0-only
/*
 * nft: programs name rules, and other parts of a rule set, by the handles that the
 * kernel gave them. No message can ask for one, so they are written where they are.
 */
#include <linux/netfilter.h>
#include <linux/nsproxy.h>
#include <net/netfilter/nf_tables.h>
#include <net/netns/generic.h>
#include "../kernel/access.h"
#include "../kernel/nft.h"
#include "rst_nft.h"

static struct nft_table *find_table(struct nftables_pernet *nft, const struct vz_nft_msg *m)
{
	const char *name = vz_nft_text(m, NFTA_TABLE_NAME);
	struct nft_table *table;

	/* NFTA_CHAIN_TABLE and the like are the same attribute */
	list_for_each_entry(table, &nft->tables, list) {
		if (table->family == m->family && !strcmp(table->name, name))
			return table;
	}
	return NULL;
}

static struct nft_chain *find_chain(struct nft_table *table, const char *name)
{
	struct nft_chain *chain;

	list_for_each_entry(chain, &table->chains, list) {
		if (!strcmp(chain->name, name))
			return chain;
	}
	return NULL;
}

static bool set_chain(struct nft_table *table, const struct vz_nft_msg *m)
{
	struct nft_chain *chain = find_chain(table, vz_nft_text(m, NFTA_CHAIN_NAME));

	if (chain)
		chain->handle = m->handle;
	return chain;
}

static bool set_set(struct nft_table *table, const struct vz_nft_msg *m)
{
	const char *name = vz_nft_text(m, NFTA_SET_NAME);
	struct nft_set *set;

	list_for_each_entry(set, &table->sets, list) {
		if (!strcmp(set->name, name)) {
			set->handle = m->handle;
			return true;
		}
	}
	return false;
}

static bool set_object(struct nft_table *table, const struct vz_nft_msg *m)
{
	const char *name = vz_nft_text(m, NFTA_OBJ_NAME);
	u32 type = vz_nft_be32(m, NFTA_OBJ_TYPE);
	struct nft_object *obj;

	list_for_each_entry(obj, &table->objects, list) {
		if (!strcmp(obj->key.name, name) && obj->ops->type->type == type) {
			obj->handle = m->handle;
			return true;
		}
	}
	return false;
}

static bool set_flowtable(struct nft_table *table, const struct vz_nft_msg *m)
{
	const char *name = vz_nft_text(m, NFTA_FLOWTABLE_NAME);
	struct nft_flowtable *flowtable;

	list_for_each_entry(flowtable, &table->flowtables, list) {
		if (!strcmp(flowtable->name, name)) {
			flowtable->handle = m->handle;
			return true;
		}
	}
	return false;
}

/**
 * struct place - where the rules of a chain are: they stand in the image in their order
 * @table: the chain's
 * @chain: NULL: there was no rule yet
 * @rule: the last one
 */
struct place {
	struct nft_table *table;
	struct nft_chain *chain;
	struct list_head *rule;
};

static bool set_rule(struct place *at, struct nft_table *table, const struct vz_nft_msg *m)
{
	const char *name = vz_nft_text(m, NFTA_RULE_CHAIN);

	if (!at->chain || at->table != table || strcmp(at->chain->name, name)) {
		at->table = table;
		at->chain = find_chain(table, name);
		if (!at->chain)
			return false;
		at->rule = &at->chain->rules;
		cond_resched();
	}
	at->rule = at->rule->next;
	if (at->rule == &at->chain->rules) {
		at->chain = NULL;
		return false;
	}
	list_entry(at->rule, struct nft_rule, list)->handle = m->handle;
	return true;
}

static bool set_one(struct place *at, struct nftables_pernet *nft, const struct vz_nft_msg *m)
{
	struct nft_table *table = find_table(nft, m);

	if (!table)
		return false;
	if (m->type == NFT_MSG_NEWTABLE) {
		table->handle = m->handle;
		nft->table_handle = max(nft->table_handle, m->handle);
		return true;
	}
	table->hgenerator = max(table->hgenerator, m->handle);
	switch (m->type) {
	case NFT_MSG_NEWCHAIN:
		return set_chain(table, m);
	case NFT_MSG_NEWSET:
		return set_set(table, m);
	case NFT_MSG_NEWOBJ:
		return set_object(table, m);
	case NFT_MSG_NEWFLOWTABLE:
		return set_flowtable(table, m);
	case NFT_MSG_NEWRULE:
		return set_rule(at, table, m);
	default:
		return true;
	}
}

int rst_nft_handles(struct vz_context *ctx)
{
	unsigned int *id = (unsigned int *)vz_find_symbol("nf_tables_net_id");
	struct nftables_pernet *nft;
	const struct vz_rec *rec;
	struct place at = {};
	struct vz_nft_msg m;
	unsigned int i;
	int err = 0;

	if (!id)
		return rst_err(ctx, -ENOENT, "net: nftables: there is no nf_tables_net_id");
	nft = net_generic(current->nsproxy->net_ns, *id);
	mutex_lock(&nft->commit_mutex);
	rst_for_each(ctx, CPT_OBJ_NFT, i, rec) {
		m = rst_nft_msg(rec);
		if (!err && !set_one(&at, nft, &m))
			err = -ENOENT;
	}
	mutex_unlock(&nft->commit_mutex);
	return err ? rst_err(ctx, err, "net: nftables: a part that was made is not there") : 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzlist: the VEs of this host, a line each.
 *
 * A column is one line of the table `fields'; its place there is where rows
 * keep its value, what -o prints and what -s sorts by, so these cannot differ.
 */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include "util.h"
#include "ve.h"
#include "vzerror.h"

/* What is known of one VE while its columns are filled. */
struct facts {
	const struct ve *ve;
	struct ve_init init;
	bool running;
	ino_t pidns;
};

struct value {
	char *text;		/* NULL: a number, or nothing */
	long long number;	/* -1: nothing */
};

static struct value number(long long n)
{
	return (struct value){ .number = n };
}

static struct value text(const char *s)
{
	return (struct value){ .text = s && *s ? xstrdup(s) : NULL, .number = -1 };
}

static struct value get_ctid(const struct facts *f)
{
	return number(f->ve->id);
}

/* Counted for all VEs in one pass over /proc, see count_processes(). */
static struct value get_nproc(const struct facts *f)
{
	return number(f->running ? 0 : -1);
}

static struct value get_status(const struct facts *f)
{
	char *dump = ve_default_dumpfile(f->ve);
	struct stat st;
	bool suspended = f->running ? ve_is_suspended(f->ve) : !stat(dump, &st);

	free(dump);
	return text(suspended ? "suspended" : f->running ? "running" : "stopped");
}

static struct value get_ip(const struct facts *f)
{
	(void)f;
	return text(NULL);
}

static struct value get_init(const struct facts *f)
{
	return number(f->running ? f->init.pid : -1);
}

static struct value get_uptime(const struct facts *f)
{
	unsigned long long start;
	char buf[64];

	if (!f->running || !process_state(f->init.pid, &start) ||
	    read_file("/proc/uptime", buf, sizeof(buf)) <= 0)
		return number(-1);
	return number(strtoll(buf, NULL, 10) - (long long)(start / sysconf(_SC_CLK_TCK)));
}

static struct value get_hostname(const struct facts *f)
{
	return text(conf_get(&f->ve->conf, "HOSTNAME"));
}

static struct value get_name(const struct facts *f)
{
	return text(conf_get(&f->ve->conf, "NAME"));
}

static struct value get_description(const struct facts *f)
{
	return text(conf_get(&f->ve->conf, "DESCRIPTION"));
}

static struct value get_ostemplate(const struct facts *f)
{
	return text(conf_get(&f->ve->conf, "OSTEMPLATE"));
}

static struct value get_onboot(const struct facts *f)
{
	return text(conf_get(&f->ve->conf, "ONBOOT"));
}

static struct value get_private(const struct facts *f)
{
	return text(f->ve->private);
}

static struct value get_root(const struct facts *f)
{
	return text(f->ve->root);
}

static const struct field {
	const char *name;
	const char *header;
	int width;		/* as in printf: negative is left-aligned */
	struct value (*get)(const struct facts *f);
} fields[] = {
	{ "ctid",	 "CTID",	 10, get_ctid },
	{ "nproc",	 "NPROC",	 10, get_nproc },
	{ "status",	 "STATUS",	 -9, get_status },
	{ "ip",		 "IP_ADDR",	-15, get_ip },
	{ "hostname",	 "HOSTNAME",	-32, get_hostname },
	{ "name",	 "NAME",	-32, get_name },
	{ "description", "DESCRIPTION",	-32, get_description },
	{ "ostemplate",	 "OSTEMPLATE",	-24, get_ostemplate },
	{ "onboot",	 "ONBOOT",	 -6, get_onboot },
	{ "init",	 "INIT",	 10, get_init },
	{ "uptime",	 "UPTIME",	 10, get_uptime },
	{ "private",	 "PRIVATE",	-24, get_private },
	{ "root",	 "ROOT",	-24, get_root },
};

#define NR_FIELDS ARRAY_SIZE(fields)

struct row {
	unsigned int id;
	bool running;
	ino_t pidns;
	struct value values[NR_FIELDS];
};

static struct {
	bool all, stopped, only_ids, no_header, json;
	const char *output, *sort, *pattern, *hostname;
	unsigned int *ids;
	size_t nr_ids;
} opt = { .sort = "ctid" };

static struct {
	struct row *rows;
	size_t nr;
} list;

static int field_index(const char *name, size_t len)
{
	if (len == 4 && !memcmp(name, "veid", 4))
		return field_index("ctid", 4);
	for (size_t i = 0; i < NR_FIELDS; i++)
		if (strlen(fields[i].name) == len && !memcmp(fields[i].name, name, len))
			return i;
	return -1;
}

static struct value *value_of(struct row *row, const char *name)
{
	return &row->values[field_index(name, strlen(name))];
}

static bool matches(const char *pattern, struct row *row, const char *field)
{
	const char *s = value_of(row, field)->text;

	return !pattern || (s && !fnmatch(pattern, s, 0));
}

static bool wanted(struct row *row)
{
	bool found = !opt.nr_ids;

	for (size_t i = 0; i < opt.nr_ids; i++)
		found |= opt.ids[i] == row->id;
	if (!found || !matches(opt.pattern, row, "name") ||
	    !matches(opt.hostname, row, "hostname"))
		return false;
	if (opt.stopped)
		return !row->running;
	return opt.all || opt.nr_ids || row->running;
}

static void free_row(struct row *row)
{
	for (size_t i = 0; i < NR_FIELDS; i++)
		free(row->values[i].text);
}

static int add_ve(unsigned int id)
{
	struct row row = { .id = id };
	struct ve ve;
	struct facts f = { .ve = &ve };
	int err = ve_load(&ve, id);

	if (err)
		return err;
	row.running = f.running = ve_find_init(&ve, &f.init);
	if (f.running)
		row.pidns = f.pidns = pid_namespace(f.init.pid);
	for (size_t i = 0; i < NR_FIELDS; i++)
		row.values[i] = fields[i].get(&f);
	if (f.running)
		close(f.init.pidfd);
	ve_free(&ve);
	if (!wanted(&row)) {
		free_row(&row);
		return 0;
	}
	list.rows = xrealloc(list.rows, (list.nr + 1) * sizeof(row));
	list.rows[list.nr++] = row;
	return 0;
}

/* One VE with a bad configuration does not hide the others. */
static int add_all(void)
{
	DIR *dir = opendir(VZ_CONF_DIR);
	struct dirent *entry;
	int err = 0;

	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		char *end = strstr(entry->d_name, ".conf");
		unsigned long id;

		if (!end || strcmp(end, ".conf"))
			continue;
		*end = '\0';
		if (!parse_number(entry->d_name, VZ_MAX_VEID, &id) && id)
			err = add_ve(id) ?: err;
	}
	closedir(dir);
	return err;
}

static int count_process(void *arg, pid_t pid, ino_t pidns)
{
	(void)arg;
	(void)pid;
	for (size_t i = 0; i < list.nr; i++)
		if (list.rows[i].running && list.rows[i].pidns == pidns)
			value_of(&list.rows[i], "nproc")->number++;
	return 0;
}

static int compare_values(const struct value *a, const struct value *b)
{
	if (a->text && b->text)
		return strcmp(a->text, b->text);
	if (!a->text != !b->text)
		return a->text ? 1 : -1;
	return (a->number > b->number) - (a->number < b->number);
}

static int sort_field;
static bool sort_down;

/* Equal rows are in the order of their CTIDs, either way. */
static int compare_rows(const void *pa, const void *pb)
{
	const struct row *a = pa, *b = pb;
	int c = compare_values(&a->values[sort_field], &b->values[sort_field]);

	if (!c)
		return (a->id > b->id) - (a->id < b->id);
	return sort_down ? -c : c;
}

static int sort_rows(void)
{
	const char *name = opt.sort;

	sort_down = *name == '-';
	name += sort_down;
	sort_field = field_index(name, strlen(name));
	if (sort_field < 0)
		return vz_err(VZ_BAD_VALUE, "Unknown field to sort by: %s", name);
	if (list.nr)
		qsort(list.rows, list.nr, sizeof(*list.rows), compare_rows);
	return 0;
}

/* Fills @order from "a,b,c": how many, or -1 after a message. */
static int parse_output(const char *s, int *order)
{
	int n = 0;

	for (;;) {
		size_t len = strcspn(s, ",");

		order[n] = field_index(s, len);
		if (order[n] < 0) {
			vz_err(0, "Unknown field: %.*s", (int)len, s);
			return -1;
		}
		n++;
		if (!s[len])
			return n;
		if (n == 2 * NR_FIELDS) {
			vz_err(0, "Too many fields: %s", opt.output);
			return -1;
		}
		s += len + 1;
	}
}

/* The last column is not padded unless it is right-aligned. */
static void print_cell(const struct field *f, const char *s, bool last)
{
	if (last && f->width < 0)
		printf("%s\n", s);
	else
		printf("%*s%c", f->width, s, last ? '\n' : ' ');
}

static void print_table(const int *order, int n)
{
	for (int i = 0; !opt.no_header && i < n; i++)
		print_cell(&fields[order[i]], fields[order[i]].header, i == n - 1);
	for (size_t r = 0; r < list.nr; r++) {
		for (int i = 0; i < n; i++) {
			const struct value *v = &list.rows[r].values[order[i]];
			char buf[32] = "-";

			if (!v->text && v->number >= 0)
				snprintf(buf, sizeof(buf), "%lld", v->number);
			print_cell(&fields[order[i]], v->text ?: buf, i == n - 1);
		}
	}
}

static void print_json(const int *order, int n)
{
	struct json_object *array = json_object_new_array();

	for (size_t r = 0; r < list.nr; r++) {
		struct json_object *ve = json_object_new_object();

		for (int i = 0; i < n; i++) {
			const struct value *v = &list.rows[r].values[order[i]];
			struct json_object *o = NULL;

			if (v->text)
				o = json_object_new_string(v->text);
			else if (v->number >= 0)
				o = json_object_new_int64(v->number);
			json_object_object_add(ve, fields[order[i]].name, o);
		}
		json_object_array_add(array, ve);
	}
	puts(json_object_to_json_string_ext(array, JSON_C_TO_STRING_PRETTY));
	json_object_put(array);
}

static int print_list(void)
{
	int order[2 * NR_FIELDS];
	int n = parse_output(opt.output, order);

	if (n < 0)
		return VZ_BAD_VALUE;
	if (opt.json)
		print_json(order, n);
	else if (opt.only_ids)
		for (size_t r = 0; r < list.nr; r++)
			printf("%10u\n", list.rows[r].id);
	else
		print_table(order, n);
	return 0;
}

static void usage(FILE *f)
{
	fputs("Usage: vzlist [OPTION...] [CTID...]\n"
	      "  -a, --all               stopped containers too\n"
	      "  -S, --stopped           stopped containers only\n"
	      "  -n, --name              names instead of hostnames\n"
	      "  -N, --name_filter PAT   those whose name matches PAT\n"
	      "  -h, --hostname PAT      those whose hostname matches PAT\n"
	      "  -o, --output FIELD,...  these columns\n"
	      "  -s, --sort [-]FIELD     sort by a column; - is descending\n"
	      "  -H, --no-header         no header line\n"
	      "  -1                      CTIDs only\n"
	      "  -j, --json              JSON\n"
	      "  -L, --list              the names of all fields\n"
	      "      --help\n", f);
}

static void list_fields(void)
{
	for (size_t i = 0; i < NR_FIELDS; i++)
		printf("%-15s %s\n", fields[i].name, fields[i].header);
}

/* -1: go on; else an exit code. */
static int parse_args(int argc, char **argv)
{
	static const struct option options[] = {
		{ "all", 0, NULL, 'a' }, { "stopped", 0, NULL, 'S' },
		{ "name", 0, NULL, 'n' }, { "name_filter", 1, NULL, 'N' },
		{ "hostname", 1, NULL, 'h' }, { "output", 1, NULL, 'o' },
		{ "sort", 1, NULL, 's' }, { "no-header", 0, NULL, 'H' },
		{ "json", 0, NULL, 'j' }, { "list", 0, NULL, 'L' },
		{ "help", 0, NULL, '?' + 256 }, { NULL, 0, NULL, 0 },
	};
	int c;

	opt.output = "ctid,nproc,status,ip,hostname";
	while ((c = getopt_long(argc, argv, "aSnN:h:o:s:H1jL", options, NULL)) >= 0) {
		switch (c) {
		case 'a': opt.all = true; break;
		case 'S': opt.stopped = true; break;
		case 'n': opt.output = "ctid,nproc,status,ip,name"; break;
		case 'N': opt.pattern = optarg; break;
		case 'h': opt.hostname = optarg; break;
		case 'o': opt.output = optarg; break;
		case 's': opt.sort = optarg; break;
		case 'H': opt.no_header = true; break;
		case '1': opt.only_ids = true; break;
		case 'j': opt.json = true; break;
		case 'L': list_fields(); return VZ_OK;
		case '?' + 256: usage(stdout); return VZ_OK;
		default: usage(stderr); return VZ_BAD_SYNTAX;
		}
	}
	opt.nr_ids = argc - optind;
	opt.ids = xrealloc(NULL, (opt.nr_ids + 1) * sizeof(*opt.ids));
	for (size_t i = 0; i < opt.nr_ids; i++) {
		int err = ve_parse_id(argv[optind + i], &opt.ids[i]);

		if (err)
			return err;
	}
	return -1;
}

int main(int argc, char **argv)
{
	int err;

	vz_out = stdout;
	err = parse_args(argc, argv);
	if (err >= 0)
		goto out;
	if (geteuid()) {
		err = vz_err(VZ_NO_ACCESS, "vzlist: must be run as root");
		goto out;
	}
	err = add_all();
	for_each_process(count_process, NULL);
	err = sort_rows() ?: (list.nr || opt.json ? print_list() : 0) ?: err;
	if (!err && !list.nr && !opt.json)
		err = vz_err(1, "Container(s) not found");
out:
	for (size_t r = 0; r < list.nr; r++)
		free_row(&list.rows[r]);
	free(list.rows);
	free(opt.ids);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "util.h"

static const char *skip_blanks(const char *p)
{
	while (*p == ' ' || *p == '\t')
		p++;
	return p;
}

/* "$VEID" or "${VEID}" at @p: its length, else 0. */
static size_t veid_reference(const char *p)
{
	if (!strncmp(p, "${VEID}", 7))
		return 7;
	if (!strncmp(p, "$VEID", 5) && !isalnum((unsigned char)p[5]) && p[5] != '_')
		return 5;
	return 0;
}

/* Appends one shell word to @out; returns what follows it, NULL if it is open. */
static const char *parse_word(const char *p, unsigned int veid, FILE *out)
{
	char quote = 0;
	size_t ref;

	for (; *p; p++) {
		if (!quote && (*p == ' ' || *p == '\t' || *p == '\r'))
			break;
		if (*p == quote) {
			quote = 0;
		} else if (!quote && (*p == '"' || *p == '\'')) {
			quote = *p;
		} else if (*p == '\\' && quote != '\'' && p[1]) {
			if (quote == '"' && !strchr("\"\\$`", p[1]))
				fputc(*p, out);
			fputc(*++p, out);
		} else if (quote != '\'' && (ref = veid_reference(p))) {
			fprintf(out, "%u", veid);
			p += ref - 1;
		} else {
			fputc(*p, out);
		}
	}
	return quote ? NULL : p;
}

/* Fills key and value from the text; -EINVAL when it looks like neither. */
static int parse_line(struct conf_line *line, unsigned int veid)
{
	const char *p = skip_blanks(line->text), *key, *key_end;
	size_t size;
	FILE *out;

	if (!*p || *p == '#' || *p == '\r')
		return 0;
	if (!strncmp(p, "export ", 7))
		p = skip_blanks(p + 7);
	key = p;
	while (isalnum((unsigned char)*p) || *p == '_')
		p++;
	key_end = p;
	if (*p != '=' || key == p)
		return -EINVAL;
	out = open_memstream(&line->value, &size);
	if (!out)
		return -ENOMEM;
	p = parse_word(p + 1, veid, out);
	fclose(out);
	if (p)
		p = skip_blanks(p);
	if (!p || (*p && *p != '#' && *p != '\r')) {
		free(line->value);
		line->value = NULL;
		return -EINVAL;
	}
	line->key = xasprintf("%.*s", (int)(key_end - key), key);
	return 0;
}

static struct conf_line *add_line(struct conf *conf, char *text)
{
	conf->lines = xrealloc(conf->lines, (conf->nr + 1) * sizeof(*conf->lines));
	conf->lines[conf->nr] = (struct conf_line){ .text = text };
	return &conf->lines[conf->nr++];
}

int conf_load(struct conf *conf, const char *path, unsigned int veid, int *bad_line)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;
	ssize_t len;
	int err = 0;

	*conf = (struct conf){};
	if (!f)
		return -errno;
	while (!err && (errno = 0, len = getline(&text, &size, f)) >= 0) {
		struct conf_line *line;

		if (len && text[len - 1] == '\n')
			text[len - 1] = '\0';
		line = add_line(conf, xstrdup(text));
		err = parse_line(line, veid);
		if (err)
			*bad_line = conf->nr;
	}
	if (!err && ferror(f))
		err = -errno;
	free(text);
	fclose(f);
	if (err)
		conf_free(conf);
	return err;
}

static struct conf_line *find(const struct conf *conf, const char *key)
{
	for (size_t i = conf->nr; i-- > 0;)
		if (conf->lines[i].key && !strcmp(conf->lines[i].key, key))
			return &conf->lines[i];
	return NULL;
}

const char *conf_get(const struct conf *conf, const char *key)
{
	struct conf_line *line = find(conf, key);

	return line ? line->value : NULL;
}

static char *quoted_line(const char *key, const char *value)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	fprintf(out, "%s=\"", key);
	for (; *value; value++) {
		if (strchr("\"\\$`", *value))
			fputc('\\', out);
		fputc(*value, out);
	}
	fputc('"', out);
	fclose(out);
	return text;
}

void conf_set(struct conf *conf, const char *key, const char *value)
{
	struct conf_line *line = find(conf, key);
	char *text = quoted_line(key, value);

	/* @value may be the old one */
	char *copy = xstrdup(value);

	if (!line) {
		line = add_line(conf, text);
		line->key = xstrdup(key);
	} else {
		free(line->text);
		line->text = text;
	}
	free(line->value);
	line->value = copy;
}

int conf_save(const struct conf *conf, const char *path)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int err;

	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < conf->nr; i++)
		fprintf(out, "%s\n", conf->lines[i].text);
	fclose(out);
	err = replace_file(path, text, 0644);
	free(text);
	return err;
}

void conf_free(struct conf *conf)
{
	for (size_t i = 0; i < conf->nr; i++) {
		free(conf->lines[i].text);
		free(conf->lines[i].key);
		free(conf->lines[i].value);
	}
	free(conf->lines);
	*conf = (struct conf){};
}

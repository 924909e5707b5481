#!/bin/sh
# Creates Temporal's databases and updates their schemas with the migrations
# inside temporal-sql-tool. Run by the compose file's job temporal-schema with
# SQL_HOST, SQL_PORT, SQL_USER, SQL_PASSWORD and SQL_PLUGIN set.
set -eu

for db in temporal temporal_visibility; do
	schema=postgresql/v12/${db#temporal_}
	if out=$(temporal-sql-tool --db "$db" update-schema --schema-name "$schema" 2>&1); then
		echo "$db is up to date"
		continue
	fi
	case $out in
	*"database \"$db\" does not exist"* | *'relation "schema_version" does not exist'* | *'no rows in result set'*) ;;
	*\\\"$db\\\"\ does\ not\ exist* | *\\\"schema_version\\\"\ does\ not\ exist*) ;; # the same inside a JSON log line
	*)
		# Anything else is a database with data in it: never set it up anew.
		echo "$out" | tail -5 >&2
		exit 1
		;;
	esac
	temporal-sql-tool --db "$db" create
	temporal-sql-tool --db "$db" setup-schema -v 0.0
	temporal-sql-tool --db "$db" update-schema --schema-name "$schema"
done

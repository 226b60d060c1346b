#!/bin/bash
# Runs once, after InfluxDB was set up: the bucket of the rollups, and a user that may only read, for Grafana.
set -euo pipefail
rollup="${DOCKER_INFLUXDB_INIT_BUCKET}_rollup"
influx bucket create --name "$rollup" --org "$DOCKER_INFLUXDB_INIT_ORG" --retention 0
rollup_id="$(influx bucket list --name "$rollup" --org "$DOCKER_INFLUXDB_INIT_ORG" --hide-headers | cut -f 1)"
influx v1 auth create --org "$DOCKER_INFLUXDB_INIT_ORG" --description "Grafana reads" --username grafana \
  --password "$(cat /run/secrets/grafana_influx_password)" --read-bucket "$DOCKER_INFLUXDB_INIT_BUCKET_ID" --read-bucket "$rollup_id" > /dev/null

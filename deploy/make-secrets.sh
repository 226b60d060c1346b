#!/bin/sh
# Makes the folder of secrets that docker-compose.yml wants: sh deploy/make-secrets.sh FOLDER [NAME OF THIS MACHINE FOR DEVICES]
# What is there already is left as it is. Needs openssl, and for Mosquitto's password file mosquitto_passwd or docker.
set -eu
if [ $# -lt 1 ] || [ $# -gt 2 ]; then
  echo "usage: sh deploy/make-secrets.sh FOLDER [HOST NAME]" >&2
  exit 2
fi
folder="$1"
host="${2:-localhost}"
# The folder is for its owner alone; the files are readable by the user of each container that one is mounted into.
umask 077
mkdir -p "$folder"
chmod 700 "$folder"

put() { # NAME, content from standard input
  if [ -e "$folder/$1" ]; then cat > /dev/null; else cat > "$folder/$1.new" && mv "$folder/$1.new" "$folder/$1"; fi
}
random() { openssl rand -hex 24 | tr -d '\n'; }

for name in influx_token influx_password grafana_password grafana_influx_password broker_password; do random | put "$name"; done

if [ ! -e "$folder/mqtt_key" ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 -subj "/CN=$host" \
    -addext "subjectAltName=DNS:$host,DNS:localhost,DNS:mosquitto,DNS:nats,IP:127.0.0.1" \
    -keyout "$folder/mqtt_key" -out "$folder/mqtt_cert" 2> /dev/null
  # Self-signed: the certificate is its own authority. Devices get this file.
  cp "$folder/mqtt_cert" "$folder/mqtt_ca"
fi

# Addresses of the brokers of the profiles, for the platform.
password="$(cat "$folder/broker_password")"
printf 'mqtts://heatsteward:%s@mosquitto:8883' "$password" | put mqtt_url_mosquitto
printf 'mqtts://heatsteward:%s@nats:8883' "$password" | put mqtt_url_nats

put nats_users << USERS
authorization {
  users: [
    # The platform reads everything and publishes nothing.
    { user: heatsteward, password: "$password", permissions: { publish: { deny: ">" }, subscribe: [ "heat.v1.>", "\$MQTT.sub.>" ] } }
    # A gateway, one line each: { user: gw-S01, password: "…", permissions: { publish: [ "heat.v1.S01.>" ], subscribe: { deny: ">" } } }
  ]
}
USERS

if [ ! -e "$folder/mosquitto_passwords" ]; then
  if command -v mosquitto_passwd > /dev/null; then
    mosquitto_passwd -b -c "$folder/mosquitto_passwords" heatsteward "$password"
  elif command -v docker > /dev/null && docker info > /dev/null 2>&1; then
    docker run --rm eclipse-mosquitto:2.0.22 sh -c 'mosquitto_passwd -b -c /tmp/file heatsteward "$0" && cat /tmp/file' "$password" > "$folder/mosquitto_passwords"
  else
    echo "mosquitto_passwords was not made: install mosquitto_passwd or docker, only the profile mosquitto needs it" >&2
  fi
fi
chmod 444 "$folder"/*
echo "secrets are in $folder"

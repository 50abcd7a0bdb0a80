#!/usr/bin/env bash
# Installs the programs that the tests run, on Debian and its relatives. What is there stays as it is; with everything
# there it changes nothing and needs no rights. Run it as root or as a user with sudo.
set -euo pipefail

# program:package. A program counts as there when it is executable, whatever package it came from; a path, when it exists.
readonly PROGRAMS=(
  curl:curl
  tshark:tshark
  openssl:openssl
  iperf3:iperf3
  redis-server:redis-server
  redis-cli:redis-tools
  redis-benchmark:redis-tools
  nginx:nginx-light
  /usr/lib/nginx/modules/ngx_stream_module.so:libnginx-mod-stream
  haproxy:haproxy
  sshd:openssh-server
  ssh:openssh-client
  scp:openssh-client
  ssh-keygen:openssh-client
  initdb:postgresql
  postgres:postgresql
  pgbench:postgresql
  psql:postgresql
  mosquitto:mosquitto
  mosquitto_pub:mosquitto-clients
  mosquitto_sub:mosquitto-clients
  mariadbd:mariadb-server-core
  mariadb-install-db:mariadb-server-core
  mariadb:mariadb-client-core
  tshark:tshark
  socat:socat
  tmux:tmux
  aiosmtpd:python3-aiosmtpd
  promtool:prometheus
  chromium:chromium
  /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf:fonts-dejavu-core
  vsftpd:vsftpd
  python3:python3
  strace:strace
  ip:iproute2
  ss:iproute2
  nft:nftables
  unshare:util-linux
  setpriv:util-linux
  nsenter:util-linux
  cc:gcc
  /usr/include/stdio.h:libc6-dev
  /usr/include/linux/tcp.h:linux-libc-dev
  sha256sum:coreutils
  id:coreutils
)
# A Node whose shards can share a port, where the one that is here cannot; test/support/sharing-node.ts runs it.
readonly SHARING_NODE=node@22.23.3
# Services that come with those packages. The tests start their own, on free ports.
readonly SERVICES=(redis-server nginx haproxy ssh postgresql mosquitto vsftpd iperf3 prometheus)
readonly POLICY=/usr/sbin/policy-rc.d
readonly POLICY_KEPT=/usr/sbin/policy-rc.d.before-test-programs

main() {
  install_programs
  fetch_sharing_node
}

# npx keeps what it has fetched, so that the tests need no network.
fetch_sharing_node() {
  echo "test programs: $(npx --yes --package "$SHARING_NODE" node --version) is there for the shards that share a port"
}

install_programs() {
  local -a missing
  mapfile -t missing < <(missing_packages)
  if ((${#missing[@]} == 0)); then
    echo 'test programs: all are installed'
    return
  fi
  if ! command -v apt-get >/dev/null; then
    echo "test programs: no apt-get here; install what these Debian packages hold: ${missing[*]}" >&2
    return 1
  fi
  echo "test programs: installing ${missing[*]}"
  local -a before
  mapfile -t before < <(present_services)
  trap allow_services EXIT
  forbid_services
  apt update
  apt install --no-install-recommends "${missing[@]}"
  disable_new_services "${before[@]}"

  mapfile -t missing < <(missing_packages)
  if ((${#missing[@]} > 0)); then
    echo "test programs: still missing after the installation: ${missing[*]}" >&2
    return 1
  fi
  echo 'test programs: done'
}

missing_packages() {
  local entry
  for entry in "${PROGRAMS[@]}"; do
    has_program "${entry%%:*}" || echo "${entry##*:}"
  done | sort -u
}

# Daemons are outside the PATH of users, and each version of PostgreSQL in a directory of its own.
has_program() {
  local directory
  [[ $1 == /* && -e $1 ]] && return
  command -v "$1" >/dev/null && return
  for directory in /usr/local/sbin /usr/sbin /sbin /usr/lib/postgresql/*/bin; do
    [[ -x "$directory/$1" ]] && return
  done
  return 1
}

apt() {
  local action=$1
  shift
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 "$action" "$@" </dev/null
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "test programs: run this as root, or install sudo" >&2
    return 1
  fi
}

# While policy-rc.d says 101 no package may start its service: a daemon on its default port would be in the way.
forbid_services() {
  if [[ -e $POLICY && ! -e $POLICY_KEPT ]]; then as_root mv "$POLICY" "$POLICY_KEPT"; fi
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$POLICY" >/dev/null
  as_root chmod 755 "$POLICY"
}

allow_services() {
  if [[ -e $POLICY_KEPT ]]; then
    as_root mv "$POLICY_KEPT" "$POLICY"
  else
    as_root rm -f "$POLICY"
  fi
}

present_services() {
  local service
  for service in "${SERVICES[@]}"; do
    if service_exists "$service"; then echo "$service"; fi
  done
}

service_exists() {
  [[ -e /lib/systemd/system/$1.service || -e /usr/lib/systemd/system/$1.service || -e /etc/init.d/$1 ]]
}

# A service that this installation brought does not start with the machine either; one that was there is left alone.
disable_new_services() {
  local service
  [[ -d /run/systemd/system ]] || return 0
  for service in "${SERVICES[@]}"; do
    if service_exists "$service" && [[ " $* " != *" $service "* ]]; then
      as_root systemctl --quiet disable "$service" || echo "test programs: $service stays enabled" >&2
    fi
  done
}

main

#!/usr/bin/env bash
# Runs a command beside a real Active Directory: a Samba domain controller of its own, inside a private network in which
# only the loopback exists, so that the fixed ports of a domain controller clash with nothing and are seen by nobody.
#
#   test/support/in-namespace.sh COMMAND [ARGUMENT...]
#
# The command finds the directory through ASSENT_SAMBA_* (see samba.ts). The domain is provisioned once and kept as a golden
# copy in the temporary directory; every run works on a copy of its own, which is removed at the end.
# Exit code: the command's; 0 with a remark where the tools are missing, but 1 with CI=true.
set -euo pipefail

readonly here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly realm=SCHOOL.TEST admin_password='Passw0rd.Lab1' service_password='Passw0rd.Svc1'

missing() {
  echo "Active Directory tests skipped: $1" >&2
  [[ ${CI:-} == true ]] && exit 1
  exit 0
}

require() {
  command -v "$1" >/dev/null 2>&1 || missing "the command $1 is missing; on Debian install the package $2."
}

# Runs this script again in a network and a process space of its own: nothing outlives the run, it dies with unshare.
apart() {
  exec unshare --net --pid --fork --kill-child --mount-proc -- bash "${BASH_SOURCE[0]}" "$@"
}

# What happens within them.
inside() {
  local run=$1 samba_pid
  shift
  ip link set lo up
  samba --foreground --no-process-group --model=single --configfile="$run/etc/smb.conf" >"$run/samba.out" 2>&1 </dev/null &
  samba_pid=$!
  trap 'kill "$samba_pid" 2>/dev/null || true; wait "$samba_pid" 2>/dev/null || true' EXIT
  local deadline=$((SECONDS + 60))
  until (exec 3<>/dev/tcp/127.0.0.1/636) 2>/dev/null; do
    if ! kill -0 "$samba_pid" 2>/dev/null || ((SECONDS > deadline)); then
      echo 'The Samba domain controller did not start:' >&2
      tail -n 20 "$run/samba.out" "$run/log.samba" >&2 || true
      exit 1
    fi
    read -rt 0.05 <> <(:) || true
  done
  export ASSENT_SAMBA_URL=ldaps://127.0.0.1:636 ASSENT_SAMBA_SERVERNAME=dc1.school.test ASSENT_SAMBA_CA="$run/private/tls/ca.pem"
  export ASSENT_SAMBA_ADMIN_PASSWORD=$admin_password ASSENT_SAMBA_SERVICE_PASSWORD=$service_password
  local status=0
  "$@" || status=$?
  exit "$status"
}

# Makes the golden copy of the domain in $1; takes about ten seconds.
provision() {
  local dir=$1
  samba-tool domain provision --realm=$realm --domain=SCHOOL --server-role=dc --dns-backend=SAMBA_INTERNAL \
    --adminpass="$admin_password" --targetdir="$dir" --host-name=dc1 --host-ip=127.0.0.1 --use-rfc2307 \
    --option='interfaces=lo' --option='bind interfaces only=yes' --option='vfs objects=dfs_samba4 acl_xattr'
  # One directory for whatever it writes, and only the services that a directory needs.
  sed -i "/^\[global\]/a\\
\tpid directory = $dir/run\\
\tncalrpc dir = $dir/run/ncalrpc\\
\twinbindd socket directory = $dir/run/winbindd\\
\tntp signd socket directory = $dir/run/ntp\\
\tserver services = ldap, cldap, rpc, kdc, drepl\\
\tdcerpc endpoint servers = -winreg -srvsvc" "$dir/etc/smb.conf"
  sed -i "s|^\(\s*log file =\).*|\1 $dir/log.samba|" "$dir/etc/smb.conf"
  mkdir -p "$dir/run" "$dir/cache"
  SERVICE_PASSWORD=$service_password bash "$here/samba-school.sh" "$dir"
}

main() {
  (($# > 0)) || { echo "usage: ${0##*/} COMMAND [ARGUMENT...]" >&2; exit 2; }
  require samba samba-ad-dc
  require samba-tool samba-ad-dc
  require unshare util-linux
  require flock util-linux
  require ip iproute2
  [[ -d /usr/share/samba/setup ]] || missing 'the set-up files of a domain are missing; on Debian install the package samba-ad-provision.'
  [[ $(id -u) == 0 ]] || missing 'a domain controller has to run as root.'
  unshare --net --pid --fork --mount-proc true 2>/dev/null || missing 'this machine does not allow a private network (unshare).'

  # A change of Samba or of these scripts makes a new golden copy.
  local base=${TMPDIR:-/tmp} fingerprint golden run status=0
  fingerprint=$({ samba --version; cat "${BASH_SOURCE[0]}" "$here/samba-school.sh"; } | sha256sum | cut -c1-16)
  golden="$base/assent-samba-$(id -u)-$fingerprint"
  (
    umask 077
    exec 9>"$golden.lock"
    flock 9
    if [[ ! -e $golden ]]; then
      rm -rf "$golden.making"
      mkdir "$golden.making"
      if ! provision "$golden.making" >"$golden.log" 2>&1; then
        echo 'The domain could not be provisioned:' >&2
        tail -n 20 "$golden.log" >&2
        exit 1
      fi
      # Its first start makes its certificate, which takes seconds; later ones find it.
      (apart --inside "$golden.making" true)
      mv "$golden.making" "$golden"
    fi
    touch "$golden"
    # Golden copies of earlier versions that nobody has used for a week.
    find "$base" -maxdepth 1 -name "assent-samba-$(id -u)-*" -mtime +7 -exec rm -rf {} +
  )
  [[ $(stat -c %u "$golden") == $(id -u) ]] || { echo "$golden belongs to somebody else." >&2; exit 1; }

  run=$(mktemp -d "$base/assent-samba-run.XXXXXX")
  trap "rm -rf '$run'" EXIT
  cp -a "$golden/." "$run/"
  sed -i "s|$golden.making|$run|g" "$run/etc/smb.conf"
  apart --inside "$run" "$@" <&0 &
  local space=$!
  trap 'kill "$space" 2>/dev/null || true' TERM INT HUP
  wait "$space" || status=$?
  # A trap ends the first wait; this one is for the end itself.
  wait "$space" 2>/dev/null || true
  exit "$status"
}

if [[ ${1:-} == --inside ]]; then
  shift
  inside "$@"
else
  main "$@"
fi

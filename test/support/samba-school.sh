#!/usr/bin/env bash
# The school in the golden domain: units, groups, and a service account with the least rights that Assent needs.
# Works on the database files; no server runs yet. Usage: SERVICE_PASSWORD=... samba-school.sh DIRECTORY
set -euo pipefail
readonly dir=$1 sam=$1/private/sam.ldb domain=DC=school,DC=test
tool() { samba-tool "$@" -H "$sam" --configfile="$dir/etc/smb.conf"; }

# Without a threshold wrong passwords are not even counted.
tool domain passwordsettings set --account-lockout-threshold=5

for unit in Pupils 'Year 7,OU=Pupils' Staff 'Suspended pupils' Groups 'Service accounts' Elsewhere; do
  tool ou create "OU=$unit,$domain"
done
for group in 'Filtered internet' 'Library loans' Leaders Heads 'Not delegated'; do
  tool group add "$group" --groupou=OU=Groups
done
tool group addmembers Leaders Heads
tool user create svc-assent "$SERVICE_PASSWORD" --userou='OU=Service accounts'
tool user setexpiry svc-assent --noexpiry

sid=$(tool user show svc-assent --attributes=objectSid | sed -n 's/^objectSid: //p')
user=bf967aba-0de6-11d0-a285-00aa003049e2
# Attributes by their schema id (MS-ADA): userAccountControl, the relative name in its two spellings, member.
account_control=bf967a68-0de6-11d0-a285-00aa003049e2
name=bf967a0e-0de6-11d0-a285-00aa003049e2
common_name=bf96793f-0de6-11d0-a285-00aa003049e2
member=bf9679c0-0de6-11d0-a285-00aa003049e2
# Passwords: the right to reset one (MS-ADTS 5.1.3.2.1), and when it was last set.
reset_password=00299570-246d-11d0-a768-00aa006e0529
password_last_set=bf967a0a-0de6-11d0-a285-00aa003049e2

for unit in Pupils Staff 'Suspended pupils'; do
  # On the users beneath: write userAccountControl; and, because moving counts as renaming, the name. On the unit and the units
  # beneath: take users out and put users in.
  tool dsacl set --objectdn="OU=$unit,$domain" --sddl="(OA;CIIO;WP;$account_control;$user;$sid)"
  tool dsacl set --objectdn="OU=$unit,$domain" --sddl="(OA;CIIO;WP;$name;$user;$sid)"
  tool dsacl set --objectdn="OU=$unit,$domain" --sddl="(OA;CIIO;WP;$common_name;$user;$sid)"
  tool dsacl set --objectdn="OU=$unit,$domain" --sddl="(OA;CI;CCDC;$user;;$sid)"
  # Temporary passwords: set one, and say that it is to be changed.
  tool dsacl set --objectdn="OU=$unit,$domain" --sddl="(OA;CIIO;CR;$reset_password;$user;$sid)"
  tool dsacl set --objectdn="OU=$unit,$domain" --sddl="(OA;CIIO;WP;$password_last_set;$user;$sid)"
done
for group in 'Filtered internet' 'Library loans'; do
  tool dsacl set --objectdn="CN=$group,OU=Groups,$domain" --sddl="(OA;;WP;$member;;$sid)"
done

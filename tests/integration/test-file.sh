#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The action `file`: each operation on real files, against real HTTP and FTP servers, and what it refuses: paths that lead
# out of a root, damaged content, addresses that are not public.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"
# shellcheck source=tests/support/actions.sh
. "$(dirname "$0")/../support/actions.sh"

has() { # FILE CONTENT
    equals "$2" "$(cat "$S/$1")"
}
mode_is() { equals "$2" "$(stat -c %a "$S/$1")"; } # FILE MODE
nothing_is_left() { equals "" "$(find "$S" -name '.jobsched-*')"; }
sum() { sha256sum "$S/$1" | cut -d' ' -f1; } # FILE
umask 022

# --- write, read ---------------------------------------------------------------------------------------
gives "a text is written" file '{"operation": "write", "to": "#S#/a", "bytes": 7, "changed": true}' '"to": "#S#/a", "content": "hällo\n"'
check "… whole" has a hällo
check "… with the mode of new files" mode_is a 644
gives "and read" file '{"operation": "read", "content": "hällo\n", "bytes": 7}' '"from": "#S#/a"'
gives "a mode is set" file '{"changed": true}' '"to": "#S#/a", "content": "two", "mode": "0600"'
check "… as it was asked for" mode_is a 600
gives "a file that is replaced leaves its mode" file '{"changed": true}' '"to": "#S#/a", "content": "three"'
check "… to the new one" mode_is a 600
gives "the same content is no change" file '{"changed": false}' '"to": "#S#/a", "content": "three", "only-if-changed": true'
gives "another one is" file '{"changed": true}' '"to": "#S#/a", "content": "four!", "only-if-changed": true'
gives "if-exists: keep" file '{"changed": false, "kept": true}' '"to": "#S#/a", "content": "five", "if-exists": "keep"'
fails "if-exists: fail" file "'#S#/a' is there already" '"to": "#S#/a", "content": "five", "if-exists": "fail"'
check "… and the file is as it was" has a "four!"
gives "if-exists: append" file '{"bytes": 1, "changed": true}' '"to": "#S#/a", "content": "+", "if-exists": "append"'
check "… at its end" has a "four!+"
gives "append makes the file" file '{"changed": true}' '"to": "#S#/new", "content": "+", "if-exists": "append"'
fails "a directory that is not there" file "No such file or directory" '"to": "#S#/x/y/a", "content": "1"'
gives "… is made" file '{"changed": true}' '"to": "#S#/x/y/a", "content": "1", "make-directories": true'
printf '\377\000' >"$S/binary"
gives "what is no text is base64" file '{"base64": "/wA=", "bytes": 2}' '"from": "#S#/binary"'
head -c 200000 /dev/zero >"$S/large"
fails "a file that is too large to read" file "larger than the 131072 bytes" '"from": "#S#/large"'
fails "max-bytes" file "larger than the 3 bytes that 'max-bytes' allows" '"to": "#S#/b", "content": "1234", "max-bytes": 3'
check "… leaves nothing" test ! -e "$S/b"
fails "a missing file" file "Cannot read '#S#/none': No such file or directory" '"from": "#S#/none"'
gives "… that may be missing" file '{"missing": true}' '"from": "#S#/none", "if-missing": "ignore"'
fails "a directory" file "Is a directory" '"from": "#S#/x"'
mkfifo "$S/fifo"
fails "a pipe" file "it is not a regular file" '"from": "#S#/fifo"'

# --- copy, move, delete --------------------------------------------------------------------------------
chmod 750 "$S/a"
gives "copy" file '{"operation": "copy", "bytes": 6, "changed": true}' '"from": "#S#/a", "to": "#S#/b"'
check "… with the mode" mode_is b 750
gives "a checksum that is right" file '{"changed": true}' "\"from\": \"#S#/a\", \"to\": \"#S#/b\", \"checksum\": \"sha256:$(sum a)\""
gives "… is the one that is told" file "{\"sha256\": \"$(sum a)\"}" '"from": "#S#/a"'
fails "one that is wrong" file "has another sha256 than 'checksum' says" "\"from\": \"#S#/large\", \"to\": \"#S#/b\", \"checksum\": \"sha256:$(sum a)\""
check "… and the old file stays" has b "four!+"
fails "one that is none" file "file.checksum expects" '"from": "#S#/a", "checksum": "sha256:12"'
printf 'h\344llo' >"$S/latin"
gives "an encoding" file '{"bytes": 6}' '"from": "#S#/latin", "to": "#S#/utf8", "encoding": {"from": "ISO-8859-1"}'
check "… is another one" has utf8 hällo
fails "what is not in its encoding" file "What is at byte 1 is not 'UTF-8'" '"from": "#S#/latin", "to": "#S#/utf8", "encoding": {"from": "UTF-8", "to": "UTF-16"}'
fails "an encoding that there is not" file "There is no conversion from 'none' to 'UTF-8'" '"from": "#S#/latin", "to": "#S#/utf8", "encoding": {"from": "none"}'
gives "move" file '{"operation": "move", "changed": true}' '"operation": "move", "from": "#S#/b", "to": "#S#/moved"'
check "… leaves nothing behind" test ! -e "$S/b"
fails "move onto a file that is there" file "is there already" '"operation": "move", "from": "#S#/a", "to": "#S#/moved", "if-exists": "fail"'
gives "move with a mode" file '{"changed": true}' '"operation": "move", "from": "#S#/moved", "to": "#S#/moved2", "mode": "0604"'
check "… sets it" mode_is moved2 604
check "… and removes the old one" test ! -e "$S/moved"
gives "move to another file system" file '{"changed": true}' "\"operation\": \"move\", \"from\": \"#S#/moved2\", \"to\": \"/dev/shm/${S##*/}\""
check "… arrives" equals "four!+" "$(cat "/dev/shm/${S##*/}")"
gives "delete" file '{"changed": true}' "\"operation\": \"delete\", \"from\": \"/dev/shm/${S##*/}\""
fails "delete what is not there" file "No such file" "\"operation\": \"delete\", \"from\": \"/dev/shm/${S##*/}\""
fails "delete a directory" file "Cannot delete" '"operation": "delete", "from": "#S#/x"'
mkdir "$S/many" "$S/target"
touch "$S/many/"{1.log,2.log,.3.log,4.txt}
ln -s ../a "$S/many/link.log"
gives "copy by pattern" file '{"count": 2, "files": ["1.log", "2.log"]}' '"operation": "copy", "from": "#S#/many/*.log", "to": "#S#/target", "glob": true'
gives "delete by pattern" file '{"count": 2, "files": ["1.log", "2.log"]}' '"operation": "delete", "from": "#S#/many/*.log", "glob": true'
check "… takes no more than that" equals ".3.log 4.txt link.log" "$(cd "$S/many" && find . -type f,l -printf '%f\n' | LC_ALL=C sort | xargs)"
fails "a pattern that nothing matches" file "No file matches" '"operation": "delete", "from": "#S#/many/*.log", "glob": true'
gives "… and may not" file '{"count": 0}' '"operation": "delete", "from": "#S#/many/*.log", "glob": true, "if-missing": "ignore"'
fails "without glob a star is a star" file "No such file" '"operation": "delete", "from": "#S#/many/*.txt"'

# --- onto itself ---------------------------------------------------------------------------------------
mkdir "$S/self" "$S/self/many"
for name in self/a self/many/a; do echo precious >"$S/$name"; done
ln "$S/self/a" "$S/self/hard"
gives "a file that moves onto itself" file '{"changed": true}' '"operation": "move", "from": "#S#/self/many/a", "to": "#S#/self/many/a"'
check "… is there" has self/many/a precious
gives "… also where it has to be copied" file '{"changed": true}' '"operation": "move", "from": "#S#/self/many/a", "to": "#S#/self/../self/many/a", "mode": "0600"'
check "… is there, too" has self/many/a precious
gives "… with a pattern" file '{"count": 1}' '"operation": "move", "from": "#S#/self/many/*", "to": "#S#/self/many", "glob": true, "mode": "0640"'
check "… as well" has self/many/a precious
check "… with its mode" mode_is self/many/a 640
gives "to another name of the same file" file '{"changed": true}' '"operation": "move", "from": "#S#/self/a", "to": "#S#/self/hard"'
check "… the old name goes" equals "hard many" "$(ls "$S/self" | tr '\n' ' ' | sed 's/ $//')"
gives "the same content" file '{"changed": true}' '"to": "#S#/self/hard", "content": "precious\n", "mode": "0604", "only-if-changed": true'
check "… with another mode is a change" mode_is self/hard 604
gives "… with the same is none" file '{"changed": false}' '"to": "#S#/self/hard", "content": "precious\n", "mode": "0604", "only-if-changed": true'

# --- nothing leads out of the root ---------------------------------------------------------------------
mkdir "$S/root" "$S/outside"
echo secret >"$S/outside/secret"
ln -s ../outside "$S/root/out"
ln -s ../outside/secret "$S/root/leak"
ln -s / "$S/root/abs"
root='"root": "#S#/root"'
for path in '#S#/root/out/secret' '#S#/root/leak' '#S#/root/../outside/secret' '#S#/outside/secret' "/etc/passwd" \
    '#S#/root/abs/etc/passwd' '#S#/root/./../outside/secret'; do
    fails "read $path" file "it leads out of the root" "$root, \"from\": \"$path\""
done
for path in '#S#/root/out/new' '#S#/root/abs/tmp/new' '#S#/outside/new' '#S#/root/out/a/b'; do
    fails "write $path" file "it leads out of the root" "$root, \"to\": \"$path\", \"content\": \"x\", \"make-directories\": true"
    fails "delete $path" file "it leads out of the root" "$root, \"operation\": \"delete\", \"from\": \"$path\""
done
fails "append to a link" file "it leads out of the root" "$root, \"to\": \"#S#/root/leak\", \"content\": \"x\", \"if-exists\": \"append\""
gives "a link is replaced, not followed" file '{"changed": true}' "$root, \"to\": \"#S#/root/leak\", \"content\": \"x\""
check "… and what it led to is as it was" has outside/secret secret
fails "a pattern in a linked directory" file "it leads out of the root" "$root, \"operation\": \"delete\", \"from\": \"#S#/root/out/*\", \"glob\": true"
gives "within it all is well" file '{"changed": true}' "$root, \"to\": \"#S#/root/a/b/c\", \"content\": \"x\", \"make-directories\": true"
check "nothing new is outside" equals secret "$(ls "$S/outside")"

# --- requests ------------------------------------------------------------------------------------------
fails "nothing at all" file "file: read needs 'from', an absolute path" ''
fails "a relative path" file "file: read needs an absolute path as 'from'" '"from": "a"'
fails "from a URL to a URL" file "file: fetch needs an absolute path as 'to'" '"from": "http://a/b", "to": "http://a/c"'
fails "from and content" file "exclude each other" '"operation": "send", "from": "#S#/a", "content": "x", "to": "http://a/c"'
fails "a misspelt key" file "unknown key 'form', did you mean 'from'?" '"form": "#S#/a"'
fails "an operation that there is not" file "file.operation expects one of read, write, copy" '"operation": "link"'
fails "a user that there is not" file "There is no user 'none-such'" '"to": "#S#/a", "content": "x", "owner": "none-such"'
fails "a mode that is none" file "file.mode expects an octal file mode" '"to": "#S#/a", "content": "x", "mode": "rw"'
fails "glob and read" file "'glob' is for copy, move and delete" '"from": "#S#/*", "glob": true'
if [ "$(id -u)" = 0 ]; then
    gives "an owner" file '{"changed": true}' '"to": "#S#/owned", "content": "x", "owner": "nobody", "group": "0", "mode": "0640"'
    check "… is set" equals "nobody 0 640" "$(stat -c '%U %g %a' "$S/owned")"
else
    fails "another's file" file "Cannot give" '"to": "#S#/owned", "content": "x", "owner": "0"'
fi

# --- servers -------------------------------------------------------------------------------------------
mkdir "$S/served" "$S/credentials"
mkfifo "$S/end"
certificate() { # NAME SUBJECT OPTION…
    local name=$1 subject=$2
    shift 2
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3 -keyout "$S/$name.key" -out "$S/$name.crt" \
        -subj "$subject" "$@" 2>/dev/null
}
certificate ca /CN=test-ca
certificate server /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE \
    -CA "$S/ca.crt" -CAkey "$S/ca.key"
python3 "$(dirname "$0")/../support/file-server.py" "$S/served" "$S/server.crt" "$S/server.key" <"$S/end" 2>"$S/server.log" &
exec 7>"$S/end"
wait_until 20 test -e "$S/served/.ports" || cat "$S/server.log"
read -r http ftp https ftps <"$S/served/.ports"
http=http://127.0.0.1:$http
ftp=ftp://127.0.0.1:$ftp
https=https://localhost:$https
ftps=ftps://localhost:$ftps
echo geheim >"$S/credentials/password"
export CREDENTIALS_DIRECTORY=$S/credentials
login='"user": "user", "password": [{"credential": "password"}]'
echo rates >"$S/served/rates.csv"

gives "fetch" file '{"operation": "fetch", "http_status": 200, "to": "#S#/rates.csv", "bytes": 6, "changed": true}' "\"from\": \"$http/rates.csv\", \"to\": \"#S#/rates.csv\""
check "… arrives" has rates.csv rates
gives "fetch what is the same" file '{"changed": false}' "\"from\": \"$http/rates.csv\", \"to\": \"#S#/rates.csv\", \"only-if-changed\": true"
fails "a status that is a failure" file "'$http/status/404' answered 404" "\"from\": \"$http/status/404?token=x\", \"to\": \"#S#/rates.csv\""
check "… has the status in its result" result_has '{"http_status": 404}'
fails "a redirection that is not followed" file "answered 302, a redirection" "\"from\": \"$http/to/rates.csv\", \"to\": \"#S#/rates.csv\""
check "… and its body is no file" has rates.csv rates
gives "one that is" file '{"bytes": 6}' "\"from\": \"$http/to/to/rates.csv\", \"to\": \"#S#/rates2.csv\", \"redirects\": 2"
fails "one with a credential, to another host" file "leads to another host" "\"from\": \"$http/away/rates.csv\", \"to\": \"#S#/rates2.csv\", \"redirects\": 1, \"headers\": {\"X-Key\": [{\"credential\": \"password\"}]}"
gives "one with a credential, to the same" file '{"bytes": 6}' "\"from\": \"$http/to/rates.csv\", \"to\": \"#S#/rates2.csv\", \"redirects\": 1, \"headers\": {\"X-Key\": [{\"credential\": \"password\"}]}"
fails "one too many" file "Maximum (1) redirects followed" "\"from\": \"$http/to/to/rates.csv\", \"to\": \"#S#/rates2.csv\", \"redirects\": 1"
fails "a checksum over the wire" file "has another md5" "\"from\": \"$http/rates.csv\", \"to\": \"#S#/rates2.csv\", \"checksum\": \"md5:00000000000000000000000000000000\""
fails "a bound over the wire" file "larger than the 3 bytes" "\"from\": \"$http/rates.csv\", \"to\": \"#S#/rates2.csv\", \"max-bytes\": 3"
fails "without a password" file "answered 401" "\"from\": \"$http/secret/rates.csv\", \"to\": \"#S#/rates2.csv\""
gives "with one" file '{"http_status": 200}' "\"from\": \"$http/secret/rates.csv\", \"to\": \"#S#/rates2.csv\", $login"
gives "send" file '{"operation": "send", "http_status": 201, "bytes": 6}' "\"from\": \"#S#/a\", \"to\": \"$http/sent\", \"headers\": {\"X-Token\": [\"t-\", {\"credential\": \"password\"}]}"
check "… arrives" has served/sent "four!+"
check "… with its fields" grep -q "^X-Token: t-geheim" "$S/served/.request"
check "… by PUT" grep -q "^PUT /sent" "$S/served/.request"
gives "send a text, by POST" file '{"bytes": 5}' "\"operation\": \"send\", \"content\": \"hallo\", \"to\": \"$http/sent\", \"method\": \"POST\""
check "… arrives, too" has served/sent hallo
gives "send in another encoding" file '{"bytes": 6}' "\"from\": \"#S#/latin\", \"to\": \"$http/sent\", \"encoding\": {\"from\": \"latin1\"}"
check "… arrives in it" has served/sent hällo
fails "a field with a line break" file "is no header field" "\"from\": \"$http/rates.csv\", \"to\": \"#S#/rates2.csv\", \"headers\": {\"X\": \"a\\r\\nB: c\"}"

gives "fetch by FTP" file '{"bytes": 6, "changed": true}' "\"from\": \"$ftp/rates.csv\", \"to\": \"#S#/ftp.csv\", $login"
check "… arrives" has ftp.csv rates
gives "send by FTP" file '{"bytes": 6}' "\"from\": \"#S#/a\", \"to\": \"$ftp/dir/by-ftp\", \"make-directories\": true, $login"
check "… arrives" has served/dir/by-ftp "four!+"
check "… under its name when it is all there" equals "STOR by-ftp.part RNFR by-ftp.part RNTO by-ftp" \
    "$(grep -E '^(STOR|RN)' "$S/served/.commands" | tail -n 3 | tr '\n' ' ' | sed 's/ $//')"
gives "… over an old one" file '{"bytes": 5}' "\"content\": \"newer\", \"to\": \"$ftp/dir/by-ftp\", $login"
check "… which it replaces" has served/dir/by-ftp newer
gives "with letters of all kinds" file '{"bytes": 1}' "\"content\": \"x\", \"to\": \"$ftp/dir/a%20b%C3%A9\", $login"
check "… as well" has "served/dir/a bé" x
gives "send in place" file '{"bytes": 6}' "\"from\": \"#S#/a\", \"to\": \"$ftp/dir/in-place\", \"in-place\": true, $login"
check "… under its own name at once" equals "STOR in-place" "$(grep -E '^(STOR|RN)' "$S/served/.commands" | tail -n 1)"
echo old >"$S/served/kept"
fails "where nobody may rename" file "'$ftp/kept'" "\"from\": \"#S#/a\", \"to\": \"$ftp/kept\", $login"
check "… the old one stays" has served/kept old
fails "a name with a line break" file "is no name that a file can get" "\"content\": \"x\", \"to\": \"$ftp/a%0D%0ADELE%20b\", $login"
fails "a directory as a name" file "is no name that a file can get" "\"content\": \"x\", \"to\": \"$ftp/dir/\", $login"
fails "a wrong password" file "Access denied" "\"from\": \"$ftp/rates.csv\", \"to\": \"#S#/ftp.csv\", \"user\": \"user\", \"password\": \"falsch\""
fails "a file that the server has not" file "'$ftp/none'" "\"from\": \"${ftp/127/user:geheim@127}/none\", \"to\": \"#S#/ftp.csv\""
check "no password is shown" equals "" "$(grep -h geheim "$S/result" "$S/err")"
fails "a protocol that is not for files" file "not supported or disabled" '"from": "gopher://127.0.0.1/x", "to": "#S#/x"'
fails "a file by URL" file "not supported or disabled" '"from": "file:///etc/passwd", "to": "#S#/x"'
fails "an SSH host that nobody knows" file "'sftp://127.0.0.1:1/x'" '"from": "sftp://127.0.0.1:1/x", "to": "#S#/x"'

# --- with TLS ------------------------------------------------------------------------------------------
ca='"ca-file": "#S#/ca.crt"'
gives "fetch by HTTPS" file '{"bytes": 6, "http_status": 200}' "\"from\": \"$https/rates.csv\", \"to\": \"#S#/tls.csv\", $ca"
check "… arrives" has tls.csv rates
gives "send by HTTPS" file '{"http_status": 201}' "\"from\": \"#S#/a\", \"to\": \"$https/by-https\", $ca"
check "… arrives" has served/by-https "four!+"
fails "a certificate of nobody" file "certificate" "\"from\": \"$https/rates.csv\", \"to\": \"#S#/tls2.csv\""
fails "one of another host" file "'${https/localhost/127.0.0.2}/rates.csv'" "\"from\": \"${https/localhost/127.0.0.2}/rates.csv\", \"to\": \"#S#/tls2.csv\", $ca"
fails "from https to something else" file "'$https/away/rates.csv'" "\"from\": \"$https/away/rates.csv\", \"to\": \"#S#/tls2.csv\", \"redirects\": 2, $ca"
fails "a CA file that is not there" file "'$https/rates.csv'" "\"from\": \"$https/rates.csv\", \"to\": \"#S#/tls2.csv\", \"ca-file\": \"#S#/none\""
gives "fetch by FTPS" file '{"bytes": 6, "changed": true}' "\"from\": \"$ftps/rates.csv\", \"to\": \"#S#/ftps.csv\", $login, $ca"
check "… arrives" has ftps.csv rates
gives "send by FTPS" file '{"bytes": 6}' "\"from\": \"#S#/a\", \"to\": \"$ftps/dir/by-ftps\", $login, $ca"
check "… arrives" has served/dir/by-ftps "four!+"
check "… unreadable on the way" grep -qx "PROT P" "$S/served/.commands"
fails "FTPS with a certificate of nobody" file "certificate" "\"from\": \"$ftps/rates.csv\", \"to\": \"#S#/ftps2.csv\", $login"
check "… hears no password" equals "$(grep -c ^PASS "$S/served/.commands")" "$(grep -c ^USER "$S/served/.commands")"
check "nothing came of what failed" test ! -e "$S/tls2.csv" -a ! -e "$S/ftps2.csv"

# --- SFTP ----------------------------------------------------------------------------------------------
sshd=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v sshd)
ssh_start() {
    local port
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    local pam=no
    [ "$(id -u)" != 0 ] || pam=yes # nobody's account is locked, which only PAM forgives
    mkdir "$S/ssh" "$S/ssh/in"
    ssh-keygen -q -t ecdsa -N '' -f "$S/ssh/host"
    ssh-keygen -q -t ecdsa -m PEM -N '' -f "$S/ssh/key"
    cp "$S/ssh/key.pub" "$S/ssh/authorized"
    printf '%s\n' "Port $port" "ListenAddress 127.0.0.1" "HostKey $S/ssh/host" "AuthorizedKeysFile $S/ssh/authorized" \
        "StrictModes no" "UsePAM $pam" "PidFile none" "Subsystem sftp internal-sftp" "PasswordAuthentication no" >"$S/ssh/config"
    as_user=()
    ssh_user=$(id -un)
    if [ "$(id -u)" = 0 ]; then # without root it needs no user and no directory of its own
        ssh_user=nobody
        chmod 711 "$S"
        chown -R nobody "$S/ssh"
        as_user=(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups)
    fi
    "${as_user[@]}" timeout 300 "$sshd" -D -e -f "$S/ssh/config" 2>"$S/ssh.log" &
    sshd_pid=$!
    wait_until 20 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port" || {
        cat "$S/ssh.log"
        return 1
    }
    sftp=sftp://127.0.0.1:$port
    echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$S/ssh/host.pub")" >"$S/ssh/known"
}
if [ -n "$sshd" ] && ssh_start; then
    ssh="\"user\": \"$ssh_user\", \"ssh-key\": \"#S#/ssh/key\", \"known-hosts\": \"#S#/ssh/known\""
    gives "send by SFTP" file '{"bytes": 6}' "\"from\": \"#S#/a\", \"to\": \"$sftp$S/ssh/in/a%20b\", $ssh"
    check "… arrives" has "ssh/in/a b" "four!+"
    gives "… over an old one" file '{"bytes": 5}' "\"content\": \"newer\", \"to\": \"$sftp$S/ssh/in/a%20b\", $ssh"
    check "… which it replaces" has "ssh/in/a b" newer
    check "… and nothing is beside it" equals "a b" "$(ls -A "$S/ssh/in")"
    gives "… into a directory that it makes" file '{"bytes": 1}' "\"content\": \"x\", \"to\": \"$sftp$S/ssh/in/new/a'\\\"b\", \"make-directories\": true, $ssh"
    check "… with quotes in its name" has "ssh/in/new/a'\"b" x
    gives "… in place" file '{"bytes": 2}' "\"content\": \"xy\", \"to\": \"$sftp$S/ssh/in/c\", \"in-place\": true, $ssh"
    check "… as well" has ssh/in/c xy
    gives "fetch by SFTP" file '{"bytes": 5, "changed": true}' "\"from\": \"$sftp$S/ssh/in/a%20b\", \"to\": \"#S#/sftp\", $ssh"
    check "… arrives" has sftp newer
    fails "a file that is not there" file "'$sftp$S/ssh/in/none'" "\"from\": \"$sftp$S/ssh/in/none\", \"to\": \"#S#/sftp\", $ssh"
    echo "[127.0.0.1]:${sftp##*:} $(cut -d' ' -f1,2 "$S/ssh/key.pub")" >"$S/ssh/wrong"
    fails "a host with another key" file "'$sftp$S/ssh/in/a%20b'" "\"from\": \"$sftp$S/ssh/in/a%20b\", \"to\": \"#S#/sftp\", ${ssh/known\"/wrong\"}"
    fails "a host that nobody knows" file "'$sftp$S/ssh/in/a%20b'" "\"from\": \"$sftp$S/ssh/in/a%20b\", \"to\": \"#S#/sftp\", \"user\": \"$ssh_user\", \"ssh-key\": \"#S#/ssh/key\""
    fails "a key that is not let in" file "'$sftp$S/ssh/in/a%20b'" "\"from\": \"$sftp$S/ssh/in/a%20b\", \"to\": \"#S#/sftp\", ${ssh/ssh\/key/ssh\/host}"
    check "the old file stays" has sftp newer
    kill "$sshd_pid"
    wait "$sshd_pid"
else
    echo "sshd is not there: SFTP is left out"
fi

network=public
for url in "$http/rates.csv" "${http/127.0.0.1/localhost}/rates.csv" "${http/127.0.0.1/[::ffff:127.0.0.1]}/rates.csv" "${http/127.0.0.1/0}/rates.csv" "$ftp/rates.csv"; do
    fails "what is not public: $url" file "an address that is not public" "\"from\": \"$url\", \"to\": \"#S#/x\""
done
fails "… nor by a proxy" file "has no proxy" "\"from\": \"$http/rates.csv\", \"to\": \"#S#/x\", \"proxy\": \"$http\""
network=any
check "nothing is left of what failed" nothing_is_left

# --- killed --------------------------------------------------------------------------------------------
act_behind file "\"from\": \"$http/hang/x\", \"to\": \"#S#/rates.csv\""
hanging=$!
wait_until 20 grep -q "^GET /hang" "$S/served/.request"
kill -KILL "$hanging"
wait_for "$hanging" 60 2>/dev/null || true
check "who is killed leaves nothing" nothing_is_left
check "… and the old file" has rates.csv rates
exec 7>&-

# --- with a scheduler ----------------------------------------------------------------------------------
actions_install file
cat >"$S/jobs/jobs.yaml" <<EOF
jobs:
  write:
    parameters: {name: {type: string, default: a b}}
    file: {to: "$S/out/\${name}-%n-%Y.txt", content: "hello \${name}: %Y \$\${x}", mode: "0640", make-directories: true}
  read: {file: {from: "$S/out/a b-write-%Y.txt"}}
  damaged: {file: {from: "$S/a", to: "$S/out/a", checksum: "md5:00000000000000000000000000000000"}}
  relative: {file: {from: a}}
EOF
scheduler_start
job_gives "a job writes" write succeeded '{"operation": "write", "changed": true}'
check "… where its patterns and parameters say" has "out/a b-write-$(date +%Y).txt" 'hello a b: %Y ${x}'
check "… with its mode" mode_is "out/a b-write-$(date +%Y).txt" 640
job_gives "a job reads" read succeeded '{"content": "hello a b: %Y ${x}"}'
job_gives "a job that fails says why" damaged failed '{"message": "The content has another md5 than '"'checksum'"' says: it is damaged, or another one"}'
check "… where it is asked for" contains "$(schedctl --user why damaged)" "it is damaged, or another one"
check "a relative path does not load" log_has "'from' expects an absolute path, not 'a'"

# --- the program ---------------------------------------------------------------------------------------
check "the manual says what --describe does" "$(dirname "$0")/../support/compare-action" file
finish

# The TCP tools over connections whose truth is known: no row is missing, none is made up.
# limit: 500
source "$(dirname "$0")/../tap.sh"
source "$(dirname "$0")/../recording.sh"

# watch NAME TOOL ARGUMENT…: starts a tool that writes CSV to NAME.csv, and waits until it traces.
watch() {
  local name=$1
  tool_of[$name]=$2
  shift
  kscope "$@" --csv >"$name.csv" 2>"$name.err" &
  tools+=($!) names+=("$name")
  until [ -s "$name.csv" ]; do sleep 0.2; done
}
# Ends all as Ctrl-C does.
unwatch() {
  sleep 0.5
  for place in "${!tools[@]}"; do
    kill -INT "${tools[place]}"
    wait "${tools[place]}"
    equal "${names[place]}: status" $? 0
    equal "${names[place]}: nothing to say" "$(cat "${names[place]}.err")" ''
  done
  unchanged "${names[*]}"
  tools=() names=()
}
tools=() names=()
# Rows without the head, and of them some columns.
rows() { tail -n +2 "$1.csv" | cut -d, -f"$2"; }

# Connections of known ends and sizes; it says which itself. Client and server are two processes, and
# the server's connections are accepted by a thread of its own.
cat >load.py <<'END_OF_LOAD'
import os, socket, struct, sys, threading
any6 = socket.socket(socket.AF_INET6)
any6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
listeners = [(socket.socket(socket.AF_INET), "127.0.0.1"), (socket.socket(socket.AF_INET6), "::1"),
             (any6, "::")]
for listener, address in listeners:
    listener.bind((address, 0))
    listener.listen(8)
ports = [listener.getsockname()[1] for listener, _ in listeners]
# The address that is called, the port, and what each side sends.
calls = [("127.0.0.1", ports[0], 1000, 2000), ("127.0.0.1", ports[0], 0, 0),
         ("::1", ports[1], 70000, 1), ("::ffff:127.0.0.1", ports[2], 5, 100000)]
out = {name: open(name + ".truth", "a") for name in ("connect", "accept", "life")}
def say(name, *words):
    out[name].write(",".join(str(word) for word in words) + "\n")
    out[name].flush()
def text(address): return address.replace("::ffff:", "")
def version(address): return 4 if "." in address else 6
def take(peer, size):
    while size > 0: size -= len(peer.recv(65536))

def serve():
    for address, port, up, down in calls:
        listener = listeners[ports.index(port)][0]
        peer, name = listener.accept()
        say("accept", os.getpid(), version(address), text(name[0]), name[1], text(address), port)
        take(peer, up)
        peer.sendall(b"d" * down)
        peer.recv(1)
        peer.close()
        say("life", os.getpid(), version(address), text(address), port, text(name[0]), name[1], down, up)
server = os.fork()
if server == 0:
    thread = threading.Thread(target=serve)
    thread.start()
    thread.join()
    os._exit(0)
for listener, _ in listeners: listener.close()
def call(address, port):
    client = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    # Its number is known before, so that it is known of a failure, too.
    client.bind(("::" if ":" in address else "0.0.0.0", 0))
    local = client.getsockname()[1]
    try: client.connect((address, port))
    except OSError as error: client.close(); return None, local
    return client, local
for address, port, up, down in calls:
    client, local = call(address, port)
    say("connect", os.getpid(), version(address), text(address), local, text(address), port)
    client.sendall(b"u" * up)
    take(client, down)
    client.shutdown(socket.SHUT_WR)
    # Until the server has closed as well.
    client.recv(1)
    client.close()
    say("life", os.getpid(), version(address), text(address), local, text(address), port, up, down)
os.waitpid(server, 0)
# Ports at which nobody listens now.
for address, port in (("127.0.0.1", ports[0]), ("::1", ports[1])):
    client, local = call(address, port)
    assert client is None
    say("connect", os.getpid(), version(address), address, local, address, port)
    say("life", os.getpid(), version(address), address, local, address, port, 0, 0)
    print(version(address), address, local, address, port, "SYN", sep=",")
END_OF_LOAD

watch connect tcpconnect -n python
watch connect-l tcpconnect -L -n python
watch connect-6 tcpconnect -6 -n python
watch accept tcpaccept -n python
watch life tcplife -n python
watch drop tcpdrop
watch dropcalls tcpdrop -s
kscope tcplife -w -n python >wide.txt 2>wide.err &
tools+=($!) names+=(wide)
until [ -s wide.txt ]; do sleep 0.2; done
python3 load.py >drop.truth
unwatch
equal "the load: connections that were asked for" "$(wc -l <connect.truth)" 6
same() { equal "$1" "$(diff <(sort "$2") <(sort))" ''; }
same "tcpconnect: each attempt once" <(cut -d, -f1-3,5- connect.truth) < <(rows connect 1,3-)
same "tcpconnect -L: with the local port" connect.truth < <(rows connect-l 1,3-)
same "tcpconnect -6: IPv6 alone" <(awk -F, '$2 == 6' connect.truth | cut -d, -f1-3,5-) \
  < <(rows connect-6 1,3-)
equal "tcpconnect: by its name" "$(rows connect 2 | sort -u)" python3
same "tcpaccept: each connection once" accept.truth < <(rows accept 1,3-)
same "tcplife: each connection, both ends, each byte" life.truth < <(rows life 1,3-9)
equal "tcplife: a time for each" "$(rows life 10 | grep -cE '^[0-9]+\.[0-9]{2}$')" 10
same "tcpdrop: what nobody listens to, and why" \
  <(sed 's/$/,NO_SOCKET/' drop.truth) < <(rows drop 3-7,9- | grep NO_SOCKET)
same "tcpdrop -s: the same" \
  <(sed 's/$/,NO_SOCKET/' drop.truth) < <(rows dropcalls 3-7,9-10 | grep NO_SOCKET)
equal "tcpdrop -s: each has its calls" \
  "$(rows dropcalls 9-11 | grep NO_SOCKET | grep -cE ',.*tcp_v[46]_rcv;.*;')" 2
same "tcplife -w: each connection, both ends" <(cut -d, -f1-6 life.truth) \
  < <(awk '$2 == "python3" { print $1 "," $3 "," $4 "," $5 "," $6 "," $7 }' wide.txt)
equal "tcplife -w: whole addresses below their names" \
  "$(grep -cE '^PID   COMM             IP LADDR {22}LPORT RADDR {22}RPORT' wide.txt)" 1

# Counts, and the same of a recording.
rm ./*.truth
kscope tcpconnect -c --csv >count.csv 2>count.err &
tool=$!
# Its rows come at the end; that it traces is told by its instance.
until grep -qs 1 $tracing/instances/kscope-$tool/tracing_on; do sleep 0.2; done
kscope record -o net.dat -e sock:inet_sock_set_state -e skb:kfree_skb python3 load.py >drop.truth 2>&1
kill -INT $tool
wait $tool
cut -d, -f3,5- connect.truth | sort | uniq -c | awk '{ print $2 "," $1 }' >counted
same "tcpconnect -c: as often" counted < <(rows count 1-)
kscope tcpconnect -i net.dat --csv >recorded.csv
same "tcpconnect of a recording" <(cut -d, -f2,3,5- connect.truth) < <(rows recorded 3-)

# Segments that nobody answers: a filter at the other end's socket lets none in. How often each is
# sent again, the kernel counts for the socket, too (TCP_INFO, tcpi_total_retrans).
cat >again.py <<'END_OF_LOAD'
import ctypes, os, socket, struct, time
class Filter(ctypes.Structure):
    _fields_ = [("count", ctypes.c_ushort), ("code", ctypes.c_void_p)]
# One instruction, BPF_RET with 0: let in nothing.
nothing = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0))
drop = bytes(Filter(1, ctypes.addressof(nothing)))
SO_ATTACH_FILTER = 26
def again(client): return struct.unpack_from("I", client.getsockopt(6, socket.TCP_INFO, 192), 100)[0]
def ends(client):
    (local, lport), (remote, rport) = client.getsockname()[:2], client.getpeername()[:2]
    return f"{4 if '.' in remote else 6},{local},{lport},{remote},{rport}"
watched = []
for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    listener = socket.socket(family)
    listener.bind((address, 0))
    listener.listen(4)
    client = socket.socket(family)
    client.connect(listener.getsockname()[:2])
    peer, _ = listener.accept()
    peer.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, drop)
    client.send(b"x")
    watched.append((client, "ESTABLISHED", ends(client), peer))
    listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, drop)
    asking = socket.socket(family)
    asking.setblocking(False)
    asking.bind((address, 0))
    asking.connect_ex(listener.getsockname()[:2])
    port = listener.getsockname()[1]
    version = 4 if family == socket.AF_INET else 6
    watched.append((asking, "SYN_SENT", f"{version},{address},{asking.getsockname()[1]},{address},{port}",
                    listener))
while any(again(client) < 2 for client, *_ in watched): time.sleep(0.2)
# Each ends soon after it was sent again, a good while before the next time; and without a farewell.
# Soon, not at once: the kernel counts before it sends, and what finds no socket is dropped for that.
for client, state, text, other in watched:
    before = again(client)
    while again(client) == before: time.sleep(0.01)
    time.sleep(0.1)
    number = again(client)
    for end in client, other:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.close()
    for _ in range(number): print(text, state, sep=",")
END_OF_LOAD
watch again tcpretrans
watch probes tcpretrans -l
watch calls tcpretrans -s
watch filtered tcpdrop
python3 again.py >again.truth
unwatch
equal "the load: all four were sent again" "$(cut -d, -f1,6 again.truth | sort -u | wc -l)" 4
same "tcpretrans: each segment that was sent again" again.truth < <(rows again 4-)
same "tcpretrans -l: the same, probes among them" again.truth < <(rows probes 4-)
equal "tcpretrans -l: a probe for each connection" \
  "$(rows probes 3,4,9 | grep '^L' | sort -u | tr '\n' ' ')" 'L,4,ESTABLISHED L,6,ESTABLISHED '
same "tcpretrans -s: each segment that was sent again" again.truth < <(rows calls 4-9)
equal "tcpretrans -s: no row without its calls" "$(rows calls 10 | grep -v 'tcp_retransmit_.*;.*;')" ''
# Each of them was dropped, and so were the first of each, and a connection's last word.
{
  cat again.truth
  sort -u again.truth
} | sed 's/ESTABLISHED/PSH|ACK/; s/SYN_SENT/SYN/' >dropped.truth
sort -u again.truth | sed -n 's/ESTABLISHED/RST|ACK/p' >>dropped.truth
same "tcpdrop: what a filter does not let in" dropped.truth \
  < <(rows filtered 3-7,9- | sed -n 's/,SOCKET_FILTER$//p')

# A table for people, by the clock on the wall.
kscope tcpretrans >shown.txt 2>shown.err &
tool=$!
until [ -s shown.txt ]; do sleep 0.2; done
python3 again.py >again.truth
sleep 0.5
kill -INT $tool
wait $tool
equal "tcpretrans: as many rows" \
  "$(grep -cE '^[0-9:]{8} [0-9]+ +(127\.0\.0\.1|\[::1\]):[0-9]+ +R> ' shown.txt)" \
  "$(wc -l <again.truth)"
# Two of a tool at once: the kernel has an event of each by another name.
watch first tcpaccept
watch second tcpaccept
rm ./*.truth
python3 load.py >drop.truth
unwatch
for name in first second; do
  same "tcpaccept, $name of two: each connection once" accept.truth < <(rows $name 1,3-)
done
cp ./*.csv ./*.err ./*.truth ./*.txt "$results"
finish

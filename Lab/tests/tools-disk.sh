# The tools about disks by bcc's names, over 16 reads of 64 KB and 8 writes of 4 KB at known places.
# limit: 400
source "$(dirname "$0")/../tap.sh"
source "$(dirname "$0")/../recording.sh"
source "$(dirname "$0")/../tools.sh"

disk=${LAB_DISK#/dev/}
number=$((0x$(stat -c %t $LAB_DISK))),$((0x$(stat -c %T $LAB_DISK)))
cat >disk.sh <<END
dd if=$LAB_DISK of=/dev/null bs=64k count=16 iflag=direct 2>/dev/null
dd if=/dev/zero of=$LAB_DISK bs=4k seek=100 count=8 oflag=direct conv=notrunc 2>/dev/null
END
{
  for place in $(seq 0 15); do echo "R,$((place * 128)),65536"; done
  for place in $(seq 0 7); do echo "W,$((800 + place * 8)),4096"; done
} >truth

watch snoop biosnoop -d "$disk"
bash disk.sh
unwatch snoop
equal "biosnoop: each request once, in order" \
  "$(diff <(sed "s/^/dd,$disk,/" truth) <(rows snoop | cut -d, -f2,4-7))" ''
equal "biosnoop: two processes" "$(rows snoop | cut -d, -f3 | uniq | wc -l)" 2
equal "biosnoop: times rise from 0" \
  "$(rows snoop | cut -d, -f1 | sort -nc && rows snoop | head -n 1 | cut -d, -f1)" 0.000000
equal "biosnoop: all took some time" "$(rows snoop | awk -F, '$8 > 0 { n++ } END { print n }')" 24

# A scheduler has a queue, and what waits there is told.
echo mq-deadline >"/sys/block/$disk/queue/scheduler"
watch queue biosnoop -Q -d "$number"
bash disk.sh
unwatch queue
equal "biosnoop -Q: each request once" \
  "$(diff <(sed "s/^/dd,$disk,/" truth) <(rows queue | cut -d, -f2,4-7))" ''
equal "biosnoop -Q: all have waited" "$(rows queue | awk -F, '$8 > 0 { n++ } END { print n }')" 24
echo none >"/sys/block/$disk/queue/scheduler"

# Of one process that another disturbs.
watch other biosnoop -d "$disk" -n '^tail$'
bash disk.sh
tail -c 4096 $LAB_DISK >/dev/null
unwatch other
equal "biosnoop -n: the other's requests alone" "$(rows other | cut -d, -f2,4,5 | sort -u)" "tail,$disk,R"

# sum NAME COLUMN [FILTER]: of a column of a table.
sum() { rows "$1" | awk -F, "${3:-1} { sum += \$$2 } END { print sum + 0 }"; }

watch latency biolatency -D -F -d "$disk" 1
bash disk.sh
sleep 1.5
unwatch latency
equal "biolatency: each request counts once" "$(sum latency 5)" 24
equal "biolatency -F: reads" "$(sum latency 5 '$2 ~ /Read$/')" 16
equal "biolatency -F: writes" "$(sum latency 5 '$2 ~ /Write$/')" 8
equal "biolatency -D: the disk alone" "$(rows latency | cut -d, -f1 | sort -u)" "$disk"

# The same times as biosnoop tells, out of one recording.
kscope record -o disk.dat -e block bash disk.sh >/dev/null 2>&1
kscope biosnoop -i disk.dat -d "$number" --csv >recorded.csv
equal "biosnoop of a recording" \
  "$(diff <(sed "s/^/dd,/" truth) <(rows recorded | tr -d '"' | cut -d, -f2,6-8))" ''
kscope biolatency -i disk.dat -d "$number" -m --csv >histogram.csv
# Milliseconds of two digits: what is cut off below one is rounded there, so near a bound they differ.
equal "biolatency of a recording: all are in it" "$(sum histogram 3)" 24
total=$(kscope biolatency -i disk.dat -d "$number" -e -j | sed -n 's/.*"total_us":\([0-9]*\).*/\1/p' | head -n 1)
equal "biolatency -e: the total is biosnoop's" \
  "$(rows recorded | awk -F, -v total="$total" \
    '{ sum += $NF * 1000 } END { print (sum - total < 130 && total - sum < 130) }')" 1

watch top biotop -D "$disk" 1
bash disk.sh
sleep 1.5
unwatch top
equal "biotop: reads and their KB" "$(sum top 7 '$3 == "R"') $(sum top 8 '$3 == "R"')" '16 1024'
equal "biotop: writes and their KB" "$(sum top 7 '$3 == "W"') $(sum top 8 '$3 == "W"')" '8 32'
equal "biotop: nobody else" "$(rows top | cut -d, -f2,4-6 | sort -u)" "dd,$number,$disk"

# On a pipe tables stand below one another, with the time and the load above each.
kscope biotop -C -r 5 1 2 >table.txt 2>table.err
equal "biotop: two tables" "$(grep -c '^PID  *COMM  *D MAJ MIN DISK  *I/O  *Kbytes  *AVGms$' table.txt)" 2
equal "biotop: what is above them" "$(grep -cE '^[0-9:]{8} loadavg: [0-9.]+ ' table.txt)" 2
equal "biotop: it draws nothing for a terminal" "$(grep -c $'\e' table.txt)" 0

kscope biosnoop -d nosuchdisk 2>said
equal "biosnoop: no such disk: status" $? 1
matches "biosnoop: no such disk: said" "$(cat said)" "'nosuchdisk' is not a disk"
cp ./*.csv ./*.err ./*.dat ./*.txt "$results"
finish

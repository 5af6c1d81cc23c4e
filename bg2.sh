#!/bin/bash
cd /tmp/linux-full
export LORICA_NO_BUILD=1
nice -n 15 bench/apps/run > /tmp/linux-full/apps.out 2> /tmp/linux-full/apps.err
echo "status $?" >> /tmp/linux-full/apps.err

#!/bin/bash
cd /tmp/linux-full
export LORICA_NO_BUILD=1
nice -n 15 tests/run stress > /tmp/linux-full/stress.out 2>&1

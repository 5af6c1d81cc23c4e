# SPDX-License-Identifier: MIT
# ffmpeg.sh - sound and pictures made, encoded with several threads, transcoded, taken apart again
ff() { ffmpeg -hide_banner -loglevel error -nostdin -bitexact "$@" || echo "ffmpeg failed: $?"; }
ff -f lavfi -i testsrc=size=160x120:rate=10:duration=2 -f lavfi -i sine=frequency=440:duration=2 \
    -c:v mpeg4 -q:v 5 -threads 2 -c:a flac -flags +bitexact first.mkv
ffprobe -v error -show_entries stream=codec_name,width,height,nb_read_frames -count_frames -of csv first.mkv
ff -i first.mkv -vf scale=80:60 -c:v mjpeg -threads 1 -c:a pcm_s16le -flags +bitexact second.avi
ffprobe -v error -show_entries stream=codec_name,width,height -of csv second.avi
ff -i second.avi -map 0:v -f framemd5 - | grep -v '^#' | md5sum
ff -i first.mkv -map 0:a -f md5 -
ff -i first.mkv -c:v libx264 -preset ultrafast -threads 2 -an -y third.mp4
ff -i third.mp4 -map 0:v -f framemd5 - | grep -vc '^#'
ff -i first.mkv -frames:v 3 picture%d.png; file=$(ls picture*.png | wc -l); echo "$file pictures"
ffmpeg -hide_banner -loglevel error -i /no/such/file -f null - 2>&1; echo "status $?"

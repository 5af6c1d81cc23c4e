// SPDX-License-Identifier: MIT
// go.go - what a Go server does: goroutines on several threads, net/http with many clients, timers, garbage
// collection with preemption by signals, a panic that is caught, a child process, a signal to itself.
package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

func web() {
	var served int64
	mux := http.NewServeMux()
	mux.HandleFunc("/square/", func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscanf(r.URL.Path, "/square/%d", &n)
		atomic.AddInt64(&served, 1)
		fmt.Fprintf(w, "%d", n*n)
	})
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		check(err)
		w.Write(body)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	server := &http.Server{Handler: mux}
	go server.Serve(listener)
	url := "http://" + listener.Addr().String()
	var group sync.WaitGroup
	var sum int64
	for c := 0; c < 8; c++ {
		group.Add(1)
		go func(c int) {
			defer group.Done()
			for i := 0; i < 20; i++ {
				answer, err := http.Get(fmt.Sprintf("%s/square/%d", url, c*20+i))
				check(err)
				var n int64
				_, err = fmt.Fscan(answer.Body, &n)
				check(err)
				io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
				atomic.AddInt64(&sum, n)
			}
		}(c)
	}
	group.Wait()
	fmt.Println("served", served, "sum", sum)
	reader, writer := io.Pipe()
	go func() {
		for i := 0; i < 1000; i++ {
			fmt.Fprintf(writer, "line %d\n", i)
		}
		writer.Close()
	}()
	answer, err := http.Post(url+"/echo", "text/plain", reader)
	check(err)
	hash := sha256.New()
	count, err := io.Copy(hash, answer.Body)
	check(err)
	fmt.Printf("echoed %d bytes, %x\n", count, hash.Sum(nil)[:8])
	check(server.Shutdown(context.Background()))
}

func spin(stop *int32) { // no call in the loop: only a signal can preempt it
	for atomic.LoadInt32(stop) == 0 {
	}
}

func main() {
	results := make(chan int)
	for i := 0; i < 1000; i++ {
		go func(i int) { time.Sleep(time.Duration(i%7) * time.Millisecond); results <- i }(i)
	}
	sum := 0
	for i := 0; i < 1000; i++ {
		sum += <-results
	}
	fmt.Println("sum", sum)
	web()
	var stop int32
	go spin(&stop)
	kept := make([][]byte, 0)
	for i := 0; i < 3000; i++ {
		block := make([]byte, 10000)
		block[i] = 1
		if i%1000 == 0 {
			kept = append(kept, block)
			runtime.GC()
		}
	}
	atomic.StoreInt32(&stop, 1)
	fmt.Println("kept", len(kept))
	got := make(chan os.Signal, 1)
	signal.Notify(got, syscall.SIGUSR1)
	check(syscall.Kill(os.Getpid(), syscall.SIGUSR1))
	fmt.Println("signal", <-got)
	output, err := exec.Command("sh", "-c", "echo child; exit 3").Output()
	fmt.Print(string(output))
	fmt.Println(err)
	func() {
		defer func() { fmt.Println("recovered:", recover() != nil) }()
		var nothing *int
		*nothing = 1
	}()
	name := fmt.Sprintf("file-%d", os.Getpid())
	check(os.WriteFile(name, []byte("text"), 0640))
	info, err := os.Stat(name)
	check(err)
	fmt.Println(info.Size(), info.Mode())
	check(os.Remove(name))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	<-ctx.Done()
	fmt.Println(ctx.Err())
	os.Exit(7)
}

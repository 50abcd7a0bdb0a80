// The plainest proxy one would write in Go: io.Copy both ways, half-closes handed on. Each argument is LISTEN=BACKEND.
package main

import (
	"io"
	"log"
	"net"
	"os"
	"strings"
	"sync"
)

func main() {
	var listeners sync.WaitGroup
	for _, argument := range os.Args[1:] {
		listen, backend, found := strings.Cut(argument, "=")
		if !found {
			log.Fatalf("%q is not LISTEN=BACKEND", argument)
		}
		listener, err := net.Listen("tcp", listen)
		if err != nil {
			log.Fatal(err)
		}
		listeners.Add(1)
		go serve(listener, backend)
	}
	listeners.Wait()
}

func serve(listener net.Listener, backend string) {
	for {
		client, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go relay(client.(*net.TCPConn), backend)
	}
}

func relay(client *net.TCPConn, backend string) {
	defer client.Close()
	dialed, err := net.Dial("tcp", backend)
	if err != nil {
		return
	}
	server := dialed.(*net.TCPConn)
	defer server.Close()
	client.SetNoDelay(true)
	server.SetNoDelay(true)
	var upward sync.WaitGroup
	upward.Add(1)
	go func() {
		defer upward.Done()
		stream(server, client)
	}()
	stream(client, server)
	upward.Wait()
}

func stream(to, from *net.TCPConn) {
	if _, err := io.Copy(to, from); err != nil {
		from.Close()
		to.Close()
		return
	}
	to.CloseWrite()
}

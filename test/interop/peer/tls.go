package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/spiffe/go-spiffe/v2/spiffeid"
	"github.com/spiffe/go-spiffe/v2/spiffetls/tlsconfig"
	"github.com/spiffe/go-spiffe/v2/svid/x509svid"
	"github.com/spiffe/go-spiffe/v2/workloadapi"
)

var groups = map[string]tls.CurveID{"X25519MLKEM768": tls.X25519MLKEM768, "X25519": tls.X25519}

func newSource(ctx context.Context) (*workloadapi.X509Source, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	return workloadapi.NewX509Source(ctx)
}

// restrict leaves one key exchange group, where one is named.
func restrict(config *tls.Config, group string) *tls.Config {
	config.MinVersion = tls.VersionTLS13
	if id, ok := groups[group]; ok {
		config.CurvePreferences = []tls.CurveID{id}
	}
	return config
}

// describe says whom a connection is with.
func describe(conn *tls.Conn) (map[string]any, error) {
	state := conn.ConnectionState()
	id, err := x509svid.IDFromCert(state.PeerCertificates[0])
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"peer":    id.String(),
		"group":   state.CurveID.String(),
		"version": tls.VersionName(state.Version),
		"resumed": state.DidResume,
	}, nil
}

// cpuMs is the CPU time of this process so far, in milliseconds.
func cpuMs() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fail(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e6
}

// answerUsage says the CPU time so far for each line on standard input.
func answerUsage() {
	for input := bufio.NewScanner(os.Stdin); input.Scan(); {
		_ = say(map[string]any{"cpuMs": cpuMs()})
	}
}

// serve <allowed SPIFFE ID> <group or -> [quiet] says its port, then greets each client and says who it was; a quiet one answers how much
// CPU time it took instead, when asked.
func serve(ctx context.Context, args []string) error {
	source, err := newSource(ctx)
	if err != nil {
		return err
	}
	allowed, err := spiffeid.FromString(args[0])
	if err != nil {
		return err
	}
	config := restrict(tlsconfig.MTLSServerConfig(source, source, tlsconfig.AuthorizeID(allowed)), args[1])
	config.SessionTicketsDisabled = true
	quiet := slices.Contains(args[2:], "quiet")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if err := say(map[string]any{"port": listener.Addr().(*net.TCPAddr).Port}); err != nil {
		return err
	}
	if quiet {
		go answerUsage()
	}
	var output sync.Mutex
	for {
		accepted, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			conn := tls.Server(accepted, config)
			defer conn.Close()
			seen, err := map[string]any(nil), conn.Handshake()
			if err == nil {
				seen, err = describe(conn)
			}
			if err != nil {
				seen = map[string]any{"refused": err.Error()}
			} else {
				fmt.Fprintf(conn, "hello %s\n", seen["peer"])
			}
			if quiet {
				return
			}
			output.Lock()
			defer output.Unlock()
			_ = say(seen)
		}()
	}
}

// connect does one handshake and reads the greeting.
func connect(config *tls.Config, address string) (*tls.Conn, string, error) {
	conn, err := tls.Dial("tcp", address, config)
	if err != nil {
		return nil, "", err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil && err != io.EOF {
		conn.Close()
		return nil, "", err
	}
	return conn, line, nil
}

// dial <address> <server's SPIFFE ID> <group or -> connects once and says what it found.
func dial(ctx context.Context, args []string) error {
	config, err := clientConfig(ctx, args[1], args[2])
	if err != nil {
		return err
	}
	conn, line, err := connect(config, args[0])
	if err != nil {
		return err
	}
	defer conn.Close()
	seen, err := describe(conn)
	if err != nil {
		return err
	}
	seen["line"] = line
	return say(seen)
}

func clientConfig(ctx context.Context, server string, group string) (*tls.Config, error) {
	source, err := newSource(ctx)
	if err != nil {
		return nil, err
	}
	id, err := spiffeid.FromString(server)
	if err != nil {
		return nil, err
	}
	return restrict(tlsconfig.MTLSClientConfig(source, source, tlsconfig.AuthorizeID(id)), group), nil
}

// benchDial <address> <server's SPIFFE ID> <handshakes> <at once> measures handshakes with a greeting.
func benchDial(ctx context.Context, args []string) error {
	config, err := clientConfig(ctx, args[1], "X25519MLKEM768")
	if err != nil {
		return err
	}
	total, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	workers, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	times := make([]time.Duration, total)
	var group sync.WaitGroup
	start, cpu := time.Now(), cpuMs()
	for worker := range workers {
		group.Go(func() {
			for i := worker; i < total; i += workers {
				begin := time.Now()
				conn, _, err := connect(config, args[0])
				if err != nil {
					continue // It is missing from the times.
				}
				times[i] = time.Since(begin)
				conn.Close()
			}
		})
	}
	group.Wait()
	elapsed, used := time.Since(start), cpuMs()-cpu
	timesMs := make([]float64, 0, total)
	for _, taken := range times {
		if taken > 0 {
			timesMs = append(timesMs, float64(taken.Microseconds())/1000)
		}
	}
	return say(map[string]any{"timesMs": timesMs, "elapsedMs": float64(elapsed.Microseconds()) / 1000, "cpuMs": used})
}

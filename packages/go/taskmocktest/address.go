package taskmocktest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"sync"
	"time"
)

// listening is a mock's address on loopback; it opens when it is first asked for.
type listening struct {
	once     sync.Once
	listener net.Listener
	config   *tls.Config
	ca       *x509.Certificate
	err      error
}

func (l *listening) close() {
	l.once.Do(func() {})
	if l.listener != nil {
		_ = l.listener.Close()
	}
}

// Address returns an endpoint on loopback, such as http://127.0.0.1:40123, for clients in other processes
// and those that take no transport. With [HTTPS] it is an https endpoint.
//
// It fails the test inside a bubble of testing/synctest: a real socket never lets a bubble's time pass.
func (m *Mock) Address() string {
	m.t.Helper()
	if inBubble() {
		m.t.Fatalf("taskmocktest: an address on loopback hangs inside a bubble of testing/synctest, because real sockets do not let its time pass; use Transport, RoundTripper or DialContext, or leave the bubble")
	}
	m.listening.once.Do(func() { m.listening.err = m.listen() })
	if m.listening.err != nil {
		m.t.Fatalf("taskmocktest: no address on loopback: %v", m.listening.err)
	}
	if m.listening.listener == nil {
		m.t.Fatalf("taskmocktest: the test of this mock has ended; make a mock for each test")
	}
	scheme := "http://"
	if m.options.https {
		scheme = "https://"
	}
	return scheme + m.listening.listener.Addr().String()
}

// CA returns the authority that a client of [HTTPS] must trust. It is valid from 1990 to 2100.
func (m *Mock) CA() *x509.CertPool {
	m.t.Helper()
	m.Address()
	pool := x509.NewCertPool()
	if m.listening.ca != nil {
		pool.AddCert(m.listening.ca)
	}
	return pool
}

func (m *Mock) listen() error {
	if m.options.https {
		var err error
		if m.listening.config, m.listening.ca, err = certificate(); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	m.listening.listener = listener
	go func() {
		for {
			stream, err := listener.Accept()
			if err != nil {
				return
			}
			go m.serve(stream.(*net.TCPConn))
		}
	}()
	return nil
}

// linger is how long a client that goes on sending is listened to after the end: closed before, the system
// would reset the connection, and what was sent last could be lost.
const linger = 500 * time.Millisecond

// serve moves the bytes of a socket.
func (m *Mock) serve(tcp *net.TCPConn) {
	p := &socket{tcp: tcp, stream: tcp}
	if m.listening.config != nil {
		p.stream = tls.Server(tcp, m.listening.config)
	}
	w, err := m.connect(p)
	if err != nil {
		_ = tcp.Close()
		return
	}
	room := make([]byte, 64<<10)
	for {
		length, err := p.stream.Read(room)
		w.mu.Lock()
		if length > 0 {
			_ = w.tell("receive", room[:length])
		}
		if err != nil {
			_ = w.tell("closed", nil, 0)
		}
		ended := w.ended
		w.mu.Unlock()
		// A client that sends nothing more may still wait for its answer: the engine closes then.
		if ended || err != nil {
			return
		}
	}
}

// socket is the peer of a wire over TCP.
type socket struct {
	tcp    *net.TCPConn
	stream net.Conn
}

func (s *socket) write(bytes []byte) {
	// A client that does not read must not hold up the mock for ever.
	_ = s.stream.SetWriteDeadline(time.Now().Add(30 * time.Second))
	_, _ = s.stream.Write(bytes)
}

func (s *socket) reset() {
	// A socket that lingers for no time is reset when it is closed.
	_ = s.tcp.SetLinger(0)
	_ = s.tcp.Close()
}

func (s *socket) end() {
	if stream, ok := s.stream.(*tls.Conn); ok {
		_ = stream.CloseWrite()
	}
	_ = s.tcp.CloseWrite()
	_ = s.tcp.SetReadDeadline(time.Now().Add(linger))
	go func() {
		room := make([]byte, 4096)
		for {
			if _, err := s.tcp.Read(room); err != nil {
				_ = s.tcp.Close()
				return
			}
		}
	}()
}

// certificate makes an authority and a certificate for loopback.
func certificate() (*tls.Config, *x509.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "taskmock"},
		NotBefore:             time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:              time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:              []string{"localhost"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, nil, err
	}
	ca, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, err
	}
	own := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return &tls.Config{Certificates: []tls.Certificate{own}}, ca, nil
}

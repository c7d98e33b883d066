// Command controlplane is a small Kubernetes API server for testing
// controllers. It is built on k8s.io/apiserver and
// k8s.io/apiextensions-apiserver, stores in etcd, listens on the loopback
// interface only and runs no workloads. Where kube-apiserver has the same flag,
// it has the same name here.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/component-base/logs"
	logsapi "k8s.io/component-base/logs/api/v1"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "controlplane:", err)
		os.Exit(1)
	}
}

func run() error {
	var o serverOptions
	var etcdBinary, dataDir, kubeconfig string
	fs := pflag.NewFlagSet("controlplane", pflag.ExitOnError)
	fs.StringSliceVar(&o.etcdServers, "etcd-servers", nil, "etcd to use, as URLs; if empty, --etcd-binary is started")
	fs.StringVar(&etcdBinary, "etcd-binary", "etcd", "etcd program to start when --etcd-servers is empty")
	fs.StringVar(&dataDir, "data-dir", "", "directory for etcd data, certificates and kubeconfig (default: a temporary one, removed on exit)")
	fs.IntVar(&o.port, "secure-port", 6443, "port to serve HTTPS on, at 127.0.0.1")
	fs.StringVar(&o.certDir, "cert-dir", "", "directory of apiserver.crt and apiserver.key, created if missing (default: DATA-DIR/certs)")
	fs.StringVar(&o.tokenFile, "token-auth-file", "", "CSV file of static tokens: token,user,uid,\"group1,group2\"")
	fs.StringVar(&o.clientCAFile, "client-ca-file", "", "PEM file of the CA of client certificates")
	fs.BoolVar(&o.watchCache, "watch-cache", true, "serve watches from memory; false: from etcd, so that a compaction of etcd expires them")
	fs.BoolVar(&o.mutatingPolicies, "mutating-admission-policy", true, "MutatingAdmissionPolicy; false: as before Kubernetes 1.36, whose kube-apiserver always has it")
	fs.StringVar(&o.emulatedVersion, "emulated-version", "", "do as this minor version of Kubernetes, such as 1.30; below 1.36 without MutatingAdmissionPolicy")
	fs.StringVar(&kubeconfig, "kubeconfig", "", "where to write the admin kubeconfig (default: DATA-DIR/admin.kubeconfig)")
	logOptions := logs.NewOptions()
	logsapi.AddFlags(logOptions, fs)
	if err := fs.Parse(os.Args[1:]); err != nil {
		return err
	}
	if err := logsapi.ValidateAndApply(logOptions, nil); err != nil {
		return err
	}
	defer logs.FlushLogs()
	if err := emulate(&o); err != nil {
		return err
	}

	if dataDir == "" {
		tmp, err := os.MkdirTemp("", "controlplane-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(tmp)
		dataDir = tmp
	}
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return err
	}
	if o.certDir == "" {
		o.certDir = filepath.Join(dataDir, "certs")
	}
	if kubeconfig == "" {
		kubeconfig = filepath.Join(dataDir, "admin.kubeconfig")
	}
	// Kept with the data, so that a client goes on across a restart.
	var err error
	if o.adminToken, err = keptSecret(filepath.Join(dataDir, "admin.token")); err != nil {
		return err
	}
	if o.saKey, err = keptSecret(filepath.Join(dataDir, "serviceaccount.key")); err != nil {
		return err
	}

	ctx := genericapiserver.SetupSignalContext()
	if len(o.etcdServers) == 0 {
		url, stop, err := startEtcd(ctx, etcdBinary, dataDir)
		if err != nil {
			return fmt.Errorf("starting etcd: %w", err)
		}
		defer stop()
		o.etcdServers = []string{url}
	}

	server, certFile, err := newServer(o)
	if err != nil {
		return err
	}
	if err := writeKubeconfig(kubeconfig, certFile, o); err != nil {
		return err
	}
	fmt.Printf("KUBECONFIG=%s\n", kubeconfig)
	if err := server.PrepareRun().RunWithContext(ctx); err != nil && !errors.Is(err, ctx.Err()) {
		return err
	}
	return nil
}

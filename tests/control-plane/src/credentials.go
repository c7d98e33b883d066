package main

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// keptSecret returns the secret in file, which is created with a random one if
// it is missing.
func keptSecret(file string) (string, error) {
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		b := make([]byte, 24)
		rand.Read(b)
		secret := base64.RawURLEncoding.EncodeToString(b)
		return secret, os.WriteFile(file, []byte(secret+"\n"), 0o600)
	}
	if err != nil {
		return "", err
	}
	secret := strings.TrimSpace(string(raw))
	if secret == "" {
		return "", fmt.Errorf("%s is empty: remove it, and a new one is made", file)
	}
	return secret, nil
}

func writeKubeconfig(file, certFile string, o serverOptions) error {
	ca, err := lastCertificate(certFile)
	if err != nil {
		return err
	}
	c := clientcmdapi.NewConfig()
	c.Clusters["local"] = &clientcmdapi.Cluster{Server: fmt.Sprintf("https://127.0.0.1:%d", o.port), CertificateAuthorityData: ca}
	c.AuthInfos["admin"] = &clientcmdapi.AuthInfo{Token: o.adminToken}
	c.Contexts["local"] = &clientcmdapi.Context{Cluster: "local", AuthInfo: "admin"}
	c.CurrentContext = "local"
	return clientcmd.WriteToFile(*c, file)
}

// lastCertificate returns the PEM of the last certificate in file: the CA of a
// generated serving certificate.
func lastCertificate(file string) ([]byte, error) {
	pemBytes, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	i := strings.LastIndex(string(pemBytes), "-----BEGIN CERTIFICATE-----")
	if i < 0 || !x509.NewCertPool().AppendCertsFromPEM(pemBytes[i:]) {
		return nil, fmt.Errorf("no certificate in %s", file)
	}
	return pemBytes[i:], nil
}

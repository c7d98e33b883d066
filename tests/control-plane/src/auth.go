package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/group"
	"k8s.io/apiserver/pkg/authentication/request/anonymous"
	"k8s.io/apiserver/pkg/authentication/request/bearertoken"
	"k8s.io/apiserver/pkg/authentication/request/union"
	x509request "k8s.io/apiserver/pkg/authentication/request/x509"
	"k8s.io/apiserver/pkg/authentication/serviceaccount"
	"k8s.io/apiserver/pkg/authentication/token/tokenfile"
	tokenunion "k8s.io/apiserver/pkg/authentication/token/union"
	"k8s.io/apiserver/pkg/authentication/user"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/apiserver/pkg/server/dynamiccertificates"
)

// applyAuthentication sets up static tokens, service account tokens, client
// certificates (optional) and anonymous requests. It returns the token part,
// which TokenReview needs.
func applyAuthentication(c *genericapiserver.Config, adminToken, tokenFile, clientCAFile string, sa *saTokens) (authenticator.Token, error) {
	admin := &user.DefaultInfo{Name: "admin", UID: "admin", Groups: []string{user.SystemPrivilegedGroup}}
	tokens := []authenticator.Token{tokenfile.New(map[string]*user.DefaultInfo{adminToken: admin})}
	if tokenFile != "" {
		static, err := tokenfile.NewCSV(tokenFile)
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, static)
	}
	token := tokenunion.New(append(tokens, sa)...)
	requests := []authenticator.Request{bearertoken.New(token)}
	if clientCAFile != "" {
		ca, err := dynamiccertificates.NewDynamicCAContentFromFile("client-ca", clientCAFile)
		if err != nil {
			return nil, err
		}
		if err := c.Authentication.ApplyClientCert(ca, c.SecureServing); err != nil {
			return nil, err
		}
		requests = append(requests, x509request.NewDynamic(ca.VerifyOptions, x509request.CommonNameUserConversion))
	}
	// A bad credential fails; only a request without one is anonymous.
	authenticated := group.NewAuthenticatedGroupAdder(union.New(requests...))
	c.Authentication.Authenticator = union.NewFailOnError(authenticated, anonymous.NewAuthenticator(nil))
	return token, nil
}

// saTokens issues and checks service account tokens. A token is a claim signed
// with the key of this data directory; it is opaque, not a JWT.
type saTokens struct {
	key       []byte
	audiences authenticator.Audiences
}

type saClaim struct {
	Namespace, Name, UID string
	Audiences            []string
	Expires              time.Time
}

const saPrefix = "sa."

func (t *saTokens) issue(c saClaim) (string, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	body := base64.RawURLEncoding.EncodeToString(raw)
	return saPrefix + body + "." + t.sign(body), nil
}

func (t *saTokens) sign(body string) string {
	mac := hmac.New(sha256.New, t.key)
	mac.Write([]byte(body))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// AuthenticateToken implements authenticator.Token.
func (t *saTokens) AuthenticateToken(ctx context.Context, token string) (*authenticator.Response, bool, error) {
	rest, ok := strings.CutPrefix(token, saPrefix)
	if !ok {
		return nil, false, nil
	}
	body, signature, _ := strings.Cut(rest, ".")
	if !hmac.Equal([]byte(signature), []byte(t.sign(body))) {
		return nil, false, fmt.Errorf("service account token has a bad signature")
	}
	raw, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil {
		return nil, false, err
	}
	var c saClaim
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, false, err
	}
	if time.Now().After(c.Expires) {
		return nil, false, fmt.Errorf("service account token has expired")
	}
	wanted, ok := authenticator.AudiencesFrom(ctx)
	if !ok {
		wanted = t.audiences
	}
	audiences := wanted.Intersect(c.Audiences)
	if len(wanted) > 0 && len(audiences) == 0 {
		return nil, false, fmt.Errorf("service account token is for audiences %v, not %v", c.Audiences, wanted)
	}
	return &authenticator.Response{User: serviceaccount.UserInfo(c.Namespace, c.Name, c.UID), Audiences: audiences}, true, nil
}

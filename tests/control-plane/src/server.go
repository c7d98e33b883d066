package main

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"time"

	noopoteltrace "go.opentelemetry.io/otel/trace/noop"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1beta1"
	apiextensionsserver "k8s.io/apiextensions-apiserver/pkg/apiserver"
	apiextensionsoptions "k8s.io/apiextensions-apiserver/pkg/cmd/server/options"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apiserver/pkg/admission/plugin/policy/mutating"
	webhookinit "k8s.io/apiserver/pkg/admission/plugin/webhook/initializer"
	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	authorizerunion "k8s.io/apiserver/pkg/authorization/union"
	openapinamer "k8s.io/apiserver/pkg/endpoints/openapi"
	"k8s.io/apiserver/pkg/registry/rest"
	genericapiserver "k8s.io/apiserver/pkg/server"
	genericoptions "k8s.io/apiserver/pkg/server/options"
	"k8s.io/apiserver/pkg/storage/storagebackend"
	"k8s.io/apiserver/pkg/util/openapi"
	"k8s.io/apiserver/pkg/util/webhook"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	clientscheme "k8s.io/client-go/kubernetes/scheme"

	generatedopenapi "controlplane/openapi"
)

// issuer is the audience of tokens meant for this API server.
const issuer = "https://kubernetes.default.svc"

// serverOptions is what the flags say.
type serverOptions struct {
	etcdServers  []string
	port         int
	certDir      string
	tokenFile    string
	clientCAFile string
	adminToken   string
	saKey        string
	watchCache   bool

	mutatingPolicies bool
	emulatedVersion  string
}

// newServer assembles the API server: k8s.io/apiextensions-apiserver serves
// CRDs and custom resources, and the built-in groups are added to it, so that
// there is one discovery, one OpenAPI document and one admission chain.
func newServer(o serverOptions) (*genericapiserver.GenericAPIServer, string, error) {
	config := genericapiserver.NewRecommendedConfig(Codecs)
	runOptions := genericoptions.NewServerRunOptions()
	if err := runOptions.Complete(); err != nil {
		return nil, "", err
	}
	if err := runOptions.ApplyTo(&config.Config); err != nil {
		return nil, "", err
	}
	config.MergedResourceConfig = apiextensionsserver.DefaultAPIResourceConfigSource()
	config.EnableProfiling = false
	config.ShutdownWatchTerminationGracePeriod = 2 * time.Second

	// Serving, on the loopback interface only.
	serving := genericoptions.NewSecureServingOptions().WithLoopback()
	serving.BindAddress, serving.BindPort = net.IPv4(127, 0, 0, 1), o.port
	serving.ServerCert.CertDirectory, serving.ServerCert.PairName = o.certDir, "apiserver"
	if err := serving.MaybeDefaultWithSelfSignedCerts("localhost", []string{"kubernetes.default.svc"}, nil); err != nil {
		return nil, "", err
	}
	if err := serving.ApplyToConfig(&config.Config); err != nil {
		return nil, "", err
	}
	certFile := filepath.Join(o.certDir, "apiserver.crt")

	// Clients of this server that run inside it.
	client, err := kubernetes.NewForConfig(config.LoopbackClientConfig)
	if err != nil {
		return nil, "", err
	}
	dyn, err := dynamic.NewForConfig(config.LoopbackClientConfig)
	if err != nil {
		return nil, "", err
	}
	config.ClientConfig = config.LoopbackClientConfig
	config.SharedInformerFactory = informers.NewSharedInformerFactory(client, 10*time.Minute)

	// Storage. Built-in types, CRDs and custom resources differ in codec.
	etcd := genericoptions.NewEtcdOptions(storagebackend.NewDefaultConfig("/registry",
		apiextensionsserver.Codecs.LegacyCodec(v1beta1.SchemeGroupVersion, apiextensionsv1.SchemeGroupVersion)))
	etcd.StorageConfig.Transport.ServerList = o.etcdServers
	etcd.EnableWatchCache = o.watchCache
	etcd.StorageConfig.StorageObjectCountTracker = config.StorageObjectCountTracker
	if err := etcd.ApplyTo(&config.Config); err != nil {
		return nil, "", err
	}
	builtinConfig := etcd.StorageConfig
	builtinConfig.Codec = Codecs.LegacyCodec(storedVersions...)
	builtinGetter := etcd.CreateRESTOptionsGetter(&genericoptions.SimpleStorageFactory{StorageConfig: builtinConfig}, nil)

	// Who are you, and may you?
	audiences := authenticator.Audiences{issuer}
	tokens := &saTokens{key: []byte(o.saKey), audiences: audiences}
	config.Authentication.APIAudiences = audiences
	tokenAuth, err := applyAuthentication(&config.Config, o.adminToken, o.tokenFile, o.clientCAFile, tokens)
	if err != nil {
		return nil, "", err
	}
	rbac := newRBACAuthorizer(config.SharedInformerFactory.Rbac().V1())
	config.Authorization.Authorizer = authorizerunion.New(authorizerfactory.NewPrivilegedGroups(user.SystemPrivilegedGroup), rbac)
	config.RuleResolver = rbac

	// OpenAPI, which server-side apply and kubectl explain need.
	definitions := openapi.GetOpenAPIDefinitionsWithoutDisabledFeatures(generatedopenapi.GetOpenAPIDefinitions)
	namer := openapinamer.NewDefinitionNamer(apiextensionsserver.Scheme, clientscheme.Scheme)
	config.OpenAPIConfig = genericapiserver.DefaultOpenAPIConfig(definitions, namer)
	config.OpenAPIV3Config = genericapiserver.DefaultOpenAPIV3Config(definitions, namer)
	config.OpenAPIConfig.Info.Title, config.OpenAPIV3Config.Info.Title = "Kubernetes", "Kubernetes"

	// Admission: namespace lifecycle, webhooks and policies.
	services := &serviceResolver{config.SharedInformerFactory.Core().V1().Services().Lister()}
	authInfo := webhook.NewDefaultAuthenticationInfoResolverWrapper(nil, nil, config.LoopbackClientConfig, noopoteltrace.NewTracerProvider())
	admissionOptions := genericoptions.NewAdmissionOptions()
	if !o.mutatingPolicies {
		admissionOptions.DisablePlugins = []string{mutating.PluginName}
	}
	if err := admissionOptions.ApplyTo(&config.Config, config.SharedInformerFactory, client, dyn,
		config.FeatureGate, config.EffectiveVersion,
		webhookinit.NewPluginInitializer(authInfo, services), excludeReviews{}); err != nil {
		return nil, "", err
	}

	completed := (&apiextensionsserver.Config{
		GenericConfig: config,
		ExtraConfig: apiextensionsserver.ExtraConfig{
			CRDRESTOptionsGetter: apiextensionsoptions.NewCRDRESTOptionsGetter(*etcd, nil, config.StorageObjectCountTracker),
			MasterCount:          1,
			ServiceResolver:      services,
			AuthResolverWrapper:  authInfo,
		},
	}).Complete()
	completed.GenericConfig.EnableDiscovery = true // off by default: meant to be behind an aggregator
	crds, err := completed.New(genericapiserver.NewEmptyDelegate())
	if err != nil {
		return nil, "", err
	}
	server := crds.GenericAPIServer

	authz := server.Authorizer
	if err := installBuiltins(server, builtinGetter, o.mutatingPolicies, map[string]map[string]rest.Storage{
		"":                      {"serviceaccounts/token": &tokenRequest{tokens, client}},
		"authentication.k8s.io": authenticationReviews(tokenAuth, audiences),
		"authorization.k8s.io":  authorizationReviews(authz, rbac),
	}); err != nil {
		return nil, "", err
	}

	// Controllers.
	crdInformer := crds.Informers.Apiextensions().V1().CustomResourceDefinitions()
	if _, err := crdInformer.Informer().AddEventHandler(crdGroups(server, crdInformer.Lister())); err != nil {
		return nil, "", err
	}
	namespaces := config.SharedInformerFactory.Core().V1().Namespaces().Lister()
	server.AddPostStartHookOrDie("bootstrap", func(ctx genericapiserver.PostStartHookContext) error {
		if err := wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, 30*time.Second, true, func(context.Context) (bool, error) {
			return rbac.HasSynced(), nil
		}); err != nil {
			return fmt.Errorf("RBAC informers: %w", err)
		}
		if err := wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, 30*time.Second, true, func(ctx context.Context) (bool, error) {
			err = bootstrap(ctx, client)
			return err == nil, nil
		}); err != nil {
			return fmt.Errorf("bootstrap: %w", err)
		}
		go finalizeNamespaces(ctx, client, dyn, namespaces)
		return nil
	})
	return server, certFile, nil
}

package main

import (
	"net/url"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/initializer"
	"k8s.io/apiserver/pkg/util/proxy"
	listersv1 "k8s.io/client-go/listers/core/v1"
)

// addressAnnotation of a service says where what would be behind it listens, as
// host:port.
const addressAnnotation = "controlplane/address"

// serviceResolver finds the address of a service that a webhook names. There
// is no cluster network: a service of type ExternalName may point anywhere, and
// any service may say an address.
type serviceResolver struct{ services listersv1.ServiceLister }

func (r *serviceResolver) ResolveEndpoint(namespace, name string, port int32) (*url.URL, error) {
	if service, err := r.services.Services(namespace).Get(name); err == nil && service.Annotations[addressAnnotation] != "" {
		return &url.URL{Scheme: "https", Host: service.Annotations[addressAnnotation]}, nil
	}
	return proxy.ResolveCluster(r.services, namespace, name, port)
}

// excludeReviews keeps policies away from requests about authentication and
// authorization, as kube-apiserver does.
type excludeReviews struct{}

func (excludeReviews) Initialize(plugin admission.Interface) {
	if p, ok := plugin.(initializer.WantsExcludedAdmissionResources); ok {
		p.SetExcludedAdmissionResources(reviewResources)
	}
}

var reviewResources = []schema.GroupResource{
	{Group: "authentication.k8s.io", Resource: "selfsubjectreviews"},
	{Group: "authentication.k8s.io", Resource: "tokenreviews"},
	{Group: "authorization.k8s.io", Resource: "localsubjectaccessreviews"},
	{Group: "authorization.k8s.io", Resource: "selfsubjectaccessreviews"},
	{Group: "authorization.k8s.io", Resource: "selfsubjectrulesreviews"},
	{Group: "authorization.k8s.io", Resource: "subjectaccessreviews"},
}

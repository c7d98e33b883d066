package main

import (
	"context"
	"fmt"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/client-go/kubernetes"
)

// review serves a create-only resource whose answer is computed.
type review struct {
	object     runtime.Object
	singular   string
	namespaced bool
	answer     func(ctx context.Context, obj runtime.Object) error
}

func (r *review) New() runtime.Object     { return newLike(r.object) }
func (r *review) Destroy()                {}
func (r *review) NamespaceScoped() bool   { return r.namespaced }
func (r *review) GetSingularName() string { return r.singular }

func (r *review) Create(ctx context.Context, obj runtime.Object, validate rest.ValidateObjectFunc, _ *metav1.CreateOptions) (runtime.Object, error) {
	if err := validate(ctx, obj.DeepCopyObject()); err != nil {
		return nil, err
	}
	return obj, r.answer(ctx, obj)
}

// authenticationReviews are the resources of authentication.k8s.io.
func authenticationReviews(token authenticator.Token, audiences authenticator.Audiences) map[string]rest.Storage {
	return map[string]rest.Storage{
		"tokenreviews": &review{object: &authenticationv1.TokenReview{}, singular: "tokenreview", answer: func(ctx context.Context, obj runtime.Object) error {
			tr := obj.(*authenticationv1.TokenReview)
			if tr.Spec.Token == "" {
				return apierrors.NewBadRequest("token is required for TokenReview in authentication")
			}
			wanted := authenticator.Audiences(tr.Spec.Audiences)
			if len(wanted) == 0 {
				wanted = audiences
			}
			resp, ok, err := token.AuthenticateToken(authenticator.WithAudiences(ctx, wanted), tr.Spec.Token)
			tr.Status = authenticationv1.TokenReviewStatus{Authenticated: ok}
			if err != nil {
				tr.Status.Error = err.Error()
			}
			if ok {
				tr.Status.User = userInfo(resp.User)
				tr.Status.Audiences = resp.Audiences
				if len(resp.Audiences) == 0 { // static tokens are good for the API server itself
					tr.Status.Audiences = audiences.Intersect(wanted)
				}
			}
			return nil
		}},
		"selfsubjectreviews": &review{object: &authenticationv1.SelfSubjectReview{}, singular: "selfsubjectreview", answer: func(ctx context.Context, obj runtime.Object) error {
			u, err := requester(ctx)
			if err == nil {
				obj.(*authenticationv1.SelfSubjectReview).Status.UserInfo = userInfo(u)
			}
			return err
		}},
	}
}

// authorizationReviews are the resources of authorization.k8s.io.
func authorizationReviews(authz authorizer.Authorizer, rules authorizer.RuleResolver) map[string]rest.Storage {
	subject := func(ctx context.Context, spec *authorizationv1.SubjectAccessReviewSpec, status *authorizationv1.SubjectAccessReviewStatus) error {
		if spec.User == "" && len(spec.Groups) == 0 {
			return apierrors.NewBadRequest("at least one of user or group must be specified")
		}
		extra := map[string][]string{}
		for k, v := range spec.Extra {
			extra[k] = v
		}
		u := &user.DefaultInfo{Name: spec.User, UID: spec.UID, Groups: spec.Groups, Extra: extra}
		return decide(ctx, authz, u, spec.ResourceAttributes, spec.NonResourceAttributes, status)
	}
	return map[string]rest.Storage{
		"subjectaccessreviews": &review{object: &authorizationv1.SubjectAccessReview{}, singular: "subjectaccessreview", answer: func(ctx context.Context, obj runtime.Object) error {
			sar := obj.(*authorizationv1.SubjectAccessReview)
			return subject(ctx, &sar.Spec, &sar.Status)
		}},
		"localsubjectaccessreviews": &review{object: &authorizationv1.LocalSubjectAccessReview{}, singular: "localsubjectaccessreview", namespaced: true, answer: func(ctx context.Context, obj runtime.Object) error {
			sar := obj.(*authorizationv1.LocalSubjectAccessReview)
			if ra := sar.Spec.ResourceAttributes; ra == nil || ra.Namespace != request.NamespaceValue(ctx) {
				return apierrors.NewBadRequest("spec.resourceAttributes.namespace must match the namespace of the request")
			}
			return subject(ctx, &sar.Spec, &sar.Status)
		}},
		"selfsubjectaccessreviews": &review{object: &authorizationv1.SelfSubjectAccessReview{}, singular: "selfsubjectaccessreview", answer: func(ctx context.Context, obj runtime.Object) error {
			sar := obj.(*authorizationv1.SelfSubjectAccessReview)
			u, err := requester(ctx)
			if err != nil {
				return err
			}
			return decide(ctx, authz, u, sar.Spec.ResourceAttributes, sar.Spec.NonResourceAttributes, &sar.Status)
		}},
		"selfsubjectrulesreviews": &review{object: &authorizationv1.SelfSubjectRulesReview{}, singular: "selfsubjectrulesreview", answer: func(ctx context.Context, obj runtime.Object) error {
			srr := obj.(*authorizationv1.SelfSubjectRulesReview)
			if srr.Spec.Namespace == "" {
				return apierrors.NewBadRequest("no namespace on request")
			}
			u, err := requester(ctx)
			if err != nil {
				return err
			}
			resources, urls, incomplete, err := rules.RulesFor(ctx, u, srr.Spec.Namespace)
			srr.Status = authorizationv1.SubjectRulesReviewStatus{Incomplete: incomplete, ResourceRules: []authorizationv1.ResourceRule{}, NonResourceRules: []authorizationv1.NonResourceRule{}}
			if err != nil {
				srr.Status.EvaluationError = err.Error()
			}
			for _, r := range resources {
				srr.Status.ResourceRules = append(srr.Status.ResourceRules, authorizationv1.ResourceRule{Verbs: r.GetVerbs(), APIGroups: r.GetAPIGroups(), Resources: r.GetResources(), ResourceNames: r.GetResourceNames()})
			}
			for _, r := range urls {
				srr.Status.NonResourceRules = append(srr.Status.NonResourceRules, authorizationv1.NonResourceRule{Verbs: r.GetVerbs(), NonResourceURLs: r.GetNonResourceURLs()})
			}
			return nil
		}},
	}
}

func decide(ctx context.Context, authz authorizer.Authorizer, u user.Info, ra *authorizationv1.ResourceAttributes, nra *authorizationv1.NonResourceAttributes, status *authorizationv1.SubjectAccessReviewStatus) error {
	if (ra == nil) == (nra == nil) {
		return apierrors.NewBadRequest("exactly one of resourceAttributes and nonResourceAttributes must be specified")
	}
	attrs := authorizer.AttributesRecord{User: u}
	if ra != nil {
		attrs.ResourceRequest = true
		attrs.Verb, attrs.Namespace, attrs.Name = ra.Verb, ra.Namespace, ra.Name
		attrs.APIGroup, attrs.APIVersion, attrs.Resource, attrs.Subresource = ra.Group, ra.Version, ra.Resource, ra.Subresource
	} else {
		attrs.Verb, attrs.Path = nra.Verb, nra.Path
	}
	decision, reason, err := authz.Authorize(ctx, attrs)
	*status = authorizationv1.SubjectAccessReviewStatus{
		Allowed: decision == authorizer.DecisionAllow,
		Denied:  decision == authorizer.DecisionDeny,
		Reason:  reason,
	}
	if err != nil {
		status.EvaluationError = err.Error()
	}
	return nil
}

func requester(ctx context.Context) (user.Info, error) {
	u, ok := request.UserFrom(ctx)
	if !ok {
		return nil, apierrors.NewBadRequest("no user present on request")
	}
	return u, nil
}

func userInfo(u user.Info) authenticationv1.UserInfo {
	extra := map[string]authenticationv1.ExtraValue{}
	for k, v := range u.GetExtra() {
		extra[k] = v
	}
	return authenticationv1.UserInfo{Username: u.GetName(), UID: u.GetUID(), Groups: u.GetGroups(), Extra: extra}
}

// tokenRequest serves serviceaccounts/token.
type tokenRequest struct {
	tokens *saTokens
	client kubernetes.Interface
}

func (*tokenRequest) New() runtime.Object { return &authenticationv1.TokenRequest{} }
func (*tokenRequest) Destroy()            {}
func (*tokenRequest) GroupVersionKind(schema.GroupVersion) schema.GroupVersionKind {
	return authenticationv1.SchemeGroupVersion.WithKind("TokenRequest")
}

func (t *tokenRequest) Create(ctx context.Context, name string, obj runtime.Object, validate rest.ValidateObjectFunc, _ *metav1.CreateOptions) (runtime.Object, error) {
	if err := validate(ctx, obj.DeepCopyObject()); err != nil {
		return nil, err
	}
	req := obj.(*authenticationv1.TokenRequest)
	var sa *corev1.ServiceAccount
	sa, err := t.client.CoreV1().ServiceAccounts(request.NamespaceValue(ctx)).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	if len(req.Spec.Audiences) == 0 {
		req.Spec.Audiences = t.tokens.audiences
	}
	setDefault(&req.Spec.ExpirationSeconds, 3600)
	if *req.Spec.ExpirationSeconds < 600 {
		return nil, apierrors.NewBadRequest("may not specify a duration less than 10 minutes")
	}
	if ref := req.Spec.BoundObjectRef; ref != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("tokens bound to a %s are not supported", ref.Kind))
	}
	expires := time.Now().Add(time.Duration(*req.Spec.ExpirationSeconds) * time.Second)
	token, err := t.tokens.issue(saClaim{Namespace: sa.Namespace, Name: sa.Name, UID: string(sa.UID), Audiences: req.Spec.Audiences, Expires: expires})
	if err != nil {
		return nil, err
	}
	req.Name, req.Namespace, req.CreationTimestamp = sa.Name, sa.Namespace, metav1.Now()
	req.Status = authenticationv1.TokenRequestStatus{Token: token, ExpirationTimestamp: metav1.NewTime(expires)}
	return req, nil
}

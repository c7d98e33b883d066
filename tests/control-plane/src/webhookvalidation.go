package main

import (
	"slices"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilvalidation "k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/util/webhook"
)

func validateValidatingWebhooks(obj, old runtime.Object) field.ErrorList {
	return validateWebhooks(obj.(*admissionregistrationv1.ValidatingWebhookConfiguration).Webhooks, webhookExpressions(old))
}

func validateMutatingWebhooks(obj, old runtime.Object) (errs field.ErrorList) {
	var hooks []admissionregistrationv1.ValidatingWebhook
	for i, h := range obj.(*admissionregistrationv1.MutatingWebhookConfiguration).Webhooks {
		errs = append(errs, validateOneOf(field.NewPath("webhooks").Index(i).Child("reinvocationPolicy"), h.ReinvocationPolicy,
			admissionregistrationv1.NeverReinvocationPolicy, admissionregistrationv1.IfNeededReinvocationPolicy)...)
		hooks = append(hooks, admissionregistrationv1.ValidatingWebhook{
			Name: h.Name, ClientConfig: h.ClientConfig, Rules: h.Rules, FailurePolicy: h.FailurePolicy, MatchPolicy: h.MatchPolicy,
			NamespaceSelector: h.NamespaceSelector, ObjectSelector: h.ObjectSelector, SideEffects: h.SideEffects,
			TimeoutSeconds: h.TimeoutSeconds, AdmissionReviewVersions: h.AdmissionReviewVersions, MatchConditions: h.MatchConditions,
		})
	}
	return append(errs, validateWebhooks(hooks, webhookExpressions(old))...)
}

func validateWebhooks(hooks []admissionregistrationv1.ValidatingWebhook, x *expressions) (errs field.ErrorList) {
	names := map[string]bool{}
	for i := range hooks {
		p := field.NewPath("webhooks").Index(i)
		errs = append(errs, validateUnique(p.Child("name"), names, hooks[i].Name)...)
		errs = append(errs, validateWebhook(p, &hooks[i])...)
		errs = append(errs, x.validateMatchConditions(p.Child("matchConditions"), hooks[i].MatchConditions)...)
	}
	return errs
}

func validateWebhook(p *field.Path, h *admissionregistrationv1.ValidatingWebhook) field.ErrorList {
	errs := utilvalidation.IsFullyQualifiedName(p.Child("name"), h.Name)
	for i := range h.Rules {
		errs = append(errs, validateRule(p.Child("rules").Index(i), &h.Rules[i])...)
	}
	errs = append(errs, validateOneOf(p.Child("failurePolicy"), h.FailurePolicy, admissionregistrationv1.Fail, admissionregistrationv1.Ignore)...)
	errs = append(errs, validateOneOf(p.Child("matchPolicy"), h.MatchPolicy, admissionregistrationv1.Equivalent, admissionregistrationv1.Exact)...)
	errs = append(errs, validateRequired(p.Child("sideEffects"), h.SideEffects)...)
	errs = append(errs, validateOneOf(p.Child("sideEffects"), h.SideEffects,
		admissionregistrationv1.SideEffectClassNone, admissionregistrationv1.SideEffectClassNoneOnDryRun)...)
	if t := *h.TimeoutSeconds; t < 1 || t > 30 {
		errs = append(errs, field.Invalid(p.Child("timeoutSeconds"), t, "the timeout value must be between 1 and 30 seconds"))
	}
	errs = append(errs, validateSelector(p.Child("namespaceSelector"), h.NamespaceSelector)...)
	errs = append(errs, validateSelector(p.Child("objectSelector"), h.ObjectSelector)...)
	errs = append(errs, validateReviewVersions(p.Child("admissionReviewVersions"), h.AdmissionReviewVersions)...)
	return append(errs, validateClientConfig(p.Child("clientConfig"), &h.ClientConfig)...)
}

// validateClientConfig does not look into caBundle: kube-apiserver does not
// either, before the webhook is called.
func validateClientConfig(p *field.Path, c *admissionregistrationv1.WebhookClientConfig) field.ErrorList {
	switch {
	case (c.URL == nil) == (c.Service == nil):
		return field.ErrorList{field.Required(p, "exactly one of url or service is required")}
	case c.URL != nil:
		return webhook.ValidateWebhookURL(p.Child("url"), *c.URL, true)
	}
	s := c.Service
	return webhook.ValidateWebhookService(p.Child("service"), s.Namespace, s.Name, s.Path, *s.Port)
}

func validateReviewVersions(p *field.Path, versions []string) (errs field.ErrorList) {
	if !slices.Contains(versions, "v1") && !slices.Contains(versions, "v1beta1") {
		errs = append(errs, field.Invalid(p, versions, "must include at least one of v1, v1beta1"))
	}
	seen := map[string]bool{}
	for i, v := range versions {
		errs = append(errs, validateUnique(p.Index(i), seen, v)...)
		for _, msg := range utilvalidation.IsDNS1035Label(v) {
			errs = append(errs, field.Invalid(p.Index(i), v, msg))
		}
	}
	return errs
}

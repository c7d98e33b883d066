package main

import (
	"regexp"
	"slices"
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	utilvalidation "k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// What webhook configurations and admission policies have in common.

func validateOneOf[T ~string](p *field.Path, value *T, allowed ...T) field.ErrorList {
	if value == nil || slices.Contains(allowed, *value) {
		return nil
	}
	return field.ErrorList{field.NotSupported(p, *value, allowed)}
}

func validateRequired[T any](p *field.Path, value *T) field.ErrorList {
	if value != nil {
		return nil
	}
	return field.ErrorList{field.Required(p, "")}
}

func validateUnique(p *field.Path, seen map[string]bool, name string) field.ErrorList {
	if seen[name] {
		return field.ErrorList{field.Duplicate(p, name)}
	}
	seen[name] = true
	return nil
}

func validateQualifiedName(p *field.Path, name string) (errs field.ErrorList) {
	if name == "" {
		return field.ErrorList{field.Required(p, "")}
	}
	for _, msg := range utilvalidation.IsQualifiedName(name) {
		errs = append(errs, field.Invalid(p, name, msg))
	}
	return errs
}

func validateSelector(p *field.Path, selector *metav1.LabelSelector) field.ErrorList {
	return metav1validation.ValidateLabelSelector(selector, metav1validation.LabelSelectorValidationOptions{}, p)
}

// validateWildcard wants at least one entry, and none beside "*".
func validateWildcard[T ~string](p *field.Path, entries []T) field.ErrorList {
	switch {
	case len(entries) == 0:
		return field.ErrorList{field.Required(p, "")}
	case len(entries) > 1 && slices.Contains(entries, "*"):
		return field.ErrorList{field.Invalid(p, entries, "if '*' is present, must not specify others")}
	}
	return nil
}

func validateRule(p *field.Path, rule *admissionregistrationv1.RuleWithOperations) field.ErrorList {
	errs := validateWildcard(p.Child("operations"), rule.Operations)
	for i := range rule.Operations {
		errs = append(errs, validateOneOf(p.Child("operations").Index(i), &rule.Operations[i],
			admissionregistrationv1.OperationAll, admissionregistrationv1.Create, admissionregistrationv1.Update,
			admissionregistrationv1.Delete, admissionregistrationv1.Connect)...)
	}
	errs = append(errs, validateWildcard(p.Child("apiGroups"), rule.APIGroups)...)
	errs = append(errs, validateWildcard(p.Child("apiVersions"), rule.APIVersions)...)
	for i, v := range rule.APIVersions {
		if v == "" {
			errs = append(errs, field.Required(p.Child("apiVersions").Index(i), ""))
		}
	}
	errs = append(errs, validateRuleResources(p.Child("resources"), rule.Resources)...)
	return append(errs, validateOneOf(p.Child("scope"), rule.Scope,
		admissionregistrationv1.ClusterScope, admissionregistrationv1.NamespacedScope, admissionregistrationv1.AllScopes)...)
}

func validateRuleResources(p *field.Path, resources []string) (errs field.ErrorList) {
	if len(resources) == 0 {
		return field.ErrorList{field.Required(p, "")}
	}
	if len(resources) > 1 && slices.Contains(resources, "*/*") {
		errs = append(errs, field.Invalid(p, resources, "if '*/*' is present, must not specify other resources"))
	}
	if slices.Contains(resources, "*") && slices.ContainsFunc(resources, func(r string) bool { return r != "*" && !strings.Contains(r, "/") }) {
		errs = append(errs, field.Invalid(p, resources, "if '*' is present, must not specify other resources without subresources"))
	}
	seen := map[string]bool{}
	for i, r := range resources {
		if r == "" {
			errs = append(errs, field.Required(p.Index(i), ""))
		}
		if resource, sub, ok := strings.Cut(r, "/"); ok && (seen[resource+"/*"] || seen["*/"+sub]) {
			errs = append(errs, field.Invalid(p.Index(i), r, "a wildcard before it covers it"))
		}
		seen[r] = true
	}
	return errs
}

var celIdentifier = regexp.MustCompile(`^[_a-zA-Z][_a-zA-Z0-9]*$`)

// celReserved are the words that the CEL language keeps to itself.
var celReserved = strings.Fields("true false null in as break const continue else for function if import let loop package namespace return var void while")

func isCELIdentifier(name string) bool {
	return celIdentifier.MatchString(name) && !slices.Contains(celReserved, name)
}

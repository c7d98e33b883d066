package main

import (
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/validate/content"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilvalidation "k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/admission/plugin/policy/mutating/patch"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
)

func validateValidatingPolicy(obj, old runtime.Object) field.ErrorList {
	policy := obj.(*admissionregistrationv1.ValidatingAdmissionPolicy)
	p, spec := field.NewPath("spec"), &policy.Spec
	x := policyExpressions(old, spec.ParamKind != nil)
	errs := validatePolicy(p, spec.FailurePolicy, spec.ParamKind, spec.MatchConstraints)
	errs = append(errs, x.validateMatchConditions(p.Child("matchConditions"), spec.MatchConditions)...)
	errs = append(errs, x.validateVariables(p.Child("variables"), spec.Variables)...)
	if len(spec.Validations) == 0 && len(spec.AuditAnnotations) == 0 {
		errs = append(errs, field.Required(p.Child("validations"), "validations or auditAnnotations must contain at least one item"))
	}
	for i := range spec.Validations {
		errs = append(errs, x.validateValidation(p.Child("validations").Index(i), &spec.Validations[i])...)
	}
	keys := map[string]bool{}
	for i, a := range spec.AuditAnnotations {
		at := p.Child("auditAnnotations").Index(i)
		errs = append(errs, validateUnique(at.Child("key"), keys, a.Key)...)
		errs = append(errs, validateQualifiedName(at.Child("key"), policy.Name+"/"+a.Key)...)
		errs = append(errs, x.validate(at.Child("valueExpression"), x.composed,
			&validating.AuditAnnotationCondition{Key: a.Key, ValueExpression: a.ValueExpression}, x.declarations())...)
	}
	return errs
}

func (e *expressions) validateValidation(p *field.Path, v *admissionregistrationv1.Validation) field.ErrorList {
	errs := e.validate(p.Child("expression"), e.composed, &validating.ValidationCondition{Expression: v.Expression}, e.declarations())
	if v.MessageExpression != "" {
		names := e.declarations()
		names.HasAuthorizer = false
		errs = append(errs, e.validate(p.Child("messageExpression"), e.composed,
			&validating.MessageExpressionCondition{MessageExpression: v.MessageExpression}, names)...)
	}
	if message := strings.TrimSpace(v.Message); message == "" && v.Message != "" || strings.ContainsAny(message, "\n\r") {
		errs = append(errs, field.Invalid(p.Child("message"), v.Message, "must be one line, and not empty if specified"))
	}
	return append(errs, validateOneOf(p.Child("reason"), v.Reason, metav1.StatusReasonUnauthorized,
		metav1.StatusReasonForbidden, metav1.StatusReasonInvalid, metav1.StatusReasonRequestEntityTooLarge)...)
}

func validateMutatingPolicy(obj, old runtime.Object) field.ErrorList {
	p, spec := field.NewPath("spec"), &obj.(*admissionregistrationv1.MutatingAdmissionPolicy).Spec
	x := policyExpressions(old, spec.ParamKind != nil)
	errs := validatePolicy(p, spec.FailurePolicy, spec.ParamKind, spec.MatchConstraints)
	errs = append(errs, x.validateMatchConditions(p.Child("matchConditions"), spec.MatchConditions)...)
	errs = append(errs, x.validateVariables(p.Child("variables"), spec.Variables)...)
	errs = append(errs, validateOneOf(p.Child("reinvocationPolicy"), &spec.ReinvocationPolicy,
		admissionregistrationv1.NeverReinvocationPolicy, admissionregistrationv1.IfNeededReinvocationPolicy)...)
	if len(spec.Mutations) == 0 {
		errs = append(errs, field.Required(p.Child("mutations"), "mutations must contain at least one item"))
	}
	for i := range spec.Mutations {
		errs = append(errs, x.validateMutation(p.Child("mutations").Index(i), &spec.Mutations[i])...)
	}
	return errs
}

func (e *expressions) validateMutation(p *field.Path, m *admissionregistrationv1.Mutation) field.ErrorList {
	names := e.declarations()
	names.HasPatchTypes = true
	json, apply := m.JSONPatch, m.ApplyConfiguration
	switch {
	case m.PatchType == admissionregistrationv1.PatchTypeJSONPatch && json != nil && apply == nil:
		return e.validate(p.Child("jsonPatch", "expression"), e.composed, &patch.JSONPatchCondition{Expression: json.Expression}, names)
	case m.PatchType == admissionregistrationv1.PatchTypeApplyConfiguration && apply != nil && json == nil:
		return e.validate(p.Child("applyConfiguration", "expression"), e.composed, &patch.ApplyConfigurationCondition{Expression: apply.Expression}, names)
	}
	return field.ErrorList{field.Invalid(p.Child("patchType"), m.PatchType, "must be JSONPatch or ApplyConfiguration, with the field of that name and not the other")}
}

func validatePolicy(p *field.Path, failure *admissionregistrationv1.FailurePolicyType, params *admissionregistrationv1.ParamKind, match *admissionregistrationv1.MatchResources) field.ErrorList {
	errs := validateOneOf(p.Child("failurePolicy"), failure, admissionregistrationv1.Fail, admissionregistrationv1.Ignore)
	if params != nil {
		if gv, err := schema.ParseGroupVersion(params.APIVersion); err != nil || gv.Version == "" {
			errs = append(errs, field.Invalid(p.Child("paramKind", "apiVersion"), params.APIVersion, "must be a version, or a group and a version"))
		}
		for _, msg := range utilvalidation.IsDNS1035Label(strings.ToLower(params.Kind)) {
			errs = append(errs, field.Invalid(p.Child("paramKind", "kind"), params.Kind, msg))
		}
	}
	if match == nil || len(match.ResourceRules) == 0 {
		errs = append(errs, field.Required(p.Child("matchConstraints", "resourceRules"), ""))
	}
	return append(errs, validateMatch(p.Child("matchConstraints"), match)...)
}

func validateMatch(p *field.Path, m *admissionregistrationv1.MatchResources) (errs field.ErrorList) {
	if m == nil {
		return nil
	}
	errs = append(errs, validateOneOf(p.Child("matchPolicy"), m.MatchPolicy, admissionregistrationv1.Equivalent, admissionregistrationv1.Exact)...)
	errs = append(errs, validateSelector(p.Child("namespaceSelector"), m.NamespaceSelector)...)
	errs = append(errs, validateSelector(p.Child("objectSelector"), m.ObjectSelector)...)
	rules := func(p *field.Path, rules []admissionregistrationv1.NamedRuleWithOperations) {
		for i := range rules {
			names := map[string]bool{}
			for j, name := range rules[i].ResourceNames {
				errs = append(errs, validateSegment(p.Index(i).Child("resourceNames").Index(j), name)...)
				errs = append(errs, validateUnique(p.Index(i).Child("resourceNames").Index(j), names, name)...)
			}
			errs = append(errs, validateRule(p.Index(i), &rules[i].RuleWithOperations)...)
		}
	}
	rules(p.Child("resourceRules"), m.ResourceRules)
	rules(p.Child("excludeResourceRules"), m.ExcludeResourceRules)
	return errs
}

func validateSegment(p *field.Path, name string) (errs field.ErrorList) {
	for _, msg := range content.IsPathSegmentName(name) {
		errs = append(errs, field.Invalid(p, name, msg))
	}
	return errs
}
